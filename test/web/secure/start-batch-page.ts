import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { findFreePort } from '../../../playground/find-free-port.ts';
import type { FindServers } from '../../../src/add-inbox/account/detection.ts';
import { type Batch, DRAFT_TTL_MS } from '../../../src/add-inbox/batch/batch.ts';
import { type CheckLogins, createDrafts } from '../../../src/add-inbox/batch/drafts.ts';
import type { KeyChoice } from '../../../src/add-inbox/keys/choose-key.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS } from '../../../src/add-inbox/people/workspace-settings.ts';
import type { PermissionToAdd } from '../../../src/add-inbox/request/send-request.ts';
import { createBatchPage } from '../../../src/add-inbox/secure-links/batch-page.ts';
import { createMatchingCodes } from '../../../src/add-inbox/secure-links/matching-code.ts';
import { createSecurePage } from '../../../src/add-inbox/secure-links/secure-page.ts';
import { readFile } from '../../../src/app/batches/secure-batch.ts';
import { MAX_ROWS } from '../../../src/csv/file-problem.ts';
import { describeRefusedHalves } from '../../../src/slack/batches/form/preview-logins.ts';
import { describeWarning } from '../../../src/slack/batches/form/preview-rows.ts';
import { renderResults } from '../../../src/slack/batches/results-csv.ts';
import { describeProblem } from '../../../src/slack/batches/row-problem.ts';
import type { Database } from '../../../src/storage/database.ts';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { createBatchRepository } from '../../../src/storage/requests/batches/batch-repository.ts';
import { createDraftRepository } from '../../../src/storage/requests/batches/draft-repository.ts';
import { createSecureLinkRepository } from '../../../src/storage/workspaces/secure-link-repository.ts';
import { createHttpServer } from '../../../src/web/http-server.ts';
import type {
  AddAnswer,
  LoginsAnswer,
  LookAnswer,
  ProgressAnswer,
  ReadAnswer,
  ResultsAnswer,
  RowsAnswer,
  SaveAnswer,
} from '../../../src/web/secure/browser/contract.ts';
import { createSecureRoutes } from '../../../src/web/secure/secure-routes.ts';
import { testSealer } from '../../storage/samples.ts';
import { createTemporaryFolder } from '../../storage/test-databases.ts';

export type BatchWorld = Awaited<ReturnType<typeof startBatchPage>>;

export const PAGE_ID = 'p'.repeat(32);

/** The secure page for many inboxes over a database of its own; a test changes what is `behind` it. */
export async function startBatchPage(context: TestContext, given: { database?: Database } = {}) {
  const folder = await createTemporaryFolder();
  const database = given.database ?? (await openDatabase(`sqlite:${folder.createPath()}`, { sealer: testSealer }));
  const behind = {
    now: 1_700_000_000_000,
    permission: { kind: 'may' } as PermissionToAdd,
    choice: { kind: 'key', keyName: WORKSPACE, current: undefined } as KeyChoice,
    findServers: undefined as FindServers | undefined,
    /** Undefined: the workspace wants no check before sending. */
    checkLogins: undefined as CheckLogins | undefined,
    refused: [] as string[],
    matchingCode: false,
    asked: [] as string[],
    confirmed: [] as Batch[],
    errors: [] as unknown[],
    woken: 0,
    /** Called before a page looks for its link. */
    beforeFind: async (_token: string): Promise<void> => {},
  };
  const now = () => behind.now;
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `ID${String(ids).padStart(10, '0')}`;
  };
  const links = createSecureLinkRepository({ database, sealer: testSealer, now });
  const batches = createBatchRepository({ database, owner: 'test', leaseMs: 60_000, now });
  const draftStore = createDraftRepository({ database, sealer: testSealer, now });
  const first = await start();
  context.after(async () => {
    if (given.database === undefined) await database.close();
    await folder.remove();
  });
  return { ...first, behind, database, batches, links, createLink, start };

  /** A bot on this database, as after a restart or a second replica, with the same public URL. */
  async function start(publicUrl?: string) {
    const port = await findFreePort();
    const own = `http://127.0.0.1:${port}`;
    const drafts = createDrafts({
      store: draftStore,
      listFailed: batches.listFailed,
      listPresets: async () => [],
      findServers: (search) => behind.findServers?.(search) ?? Promise.resolve({ kind: 'not_found' }),
      limits: [{ requests: 100, seconds: 60 }],
      newId,
      onConfirmed: (batch) => void behind.confirmed.push(batch),
      pause: () => nextTurn(),
      now,
    });
    const checkPermission = async () => behind.permission;
    const securePage = createSecurePage({
      links,
      findRequest: async () => undefined,
      checkPermission,
      checkLogin: undefined,
      mayCheck: () => true,
      wake: () => {},
      onSaved: () => {},
      now,
    });
    const routes = createSecureRoutes({
      publicUrl: publicUrl ?? own,
      securePage,
      matchingCodes: createMatchingCodes({
        links,
        findSettings: async () => ({ ...DEFAULT_SETTINGS, matchingCode: behind.matchingCode }),
        look: securePage.look,
        askPerson: async (_link, code) => behind.asked.push(code) > 0,
        newCode: () => 'K7-4QX',
      }),
      describeAsker: async () => ({ person: 'Ann', workspace: 'Acme', threadUrl: '' }),
      describeLogin: () => [],
      batch: {
        page: createBatchPage({
          links: {
            ...links,
            find: async (token) => {
              await behind.beforeFind(token);
              return links.find(token);
            },
          },
          drafts,
          batches,
          wake: () => {
            behind.woken += 1;
          },
          checkPermission,
          findSettings: async () => ({ ...DEFAULT_SETTINGS, checkLoginFirst: behind.checkLogins !== undefined }),
          checkLogins: async (_person, accounts) => behind.checkLogins?.(accounts) ?? [],
          findDefaults: async () => ({ dailyLimit: undefined, namePattern: undefined }),
          chooseKey: async () => behind.choice,
          estimateEnd: async (_batch, rows) => now() + rows * 600,
        }),
        readFile,
        describeLink: async () => ({ person: 'Ann', workspace: 'Acme', channelUrl: 'https://slack.com/C1' }),
        findThreadUrl: async ({ id }) => `https://acme.slack.com/${id}`,
        describeWarning,
        describeRefused: describeRefusedHalves,
        describeProblem,
        renderResults: async ({ fileName }, rows) => (await renderResults(fileName, rows))[0],
        canFindServers: true,
        mostRows: MAX_ROWS,
        timeFor: drafts.timeFor,
        pause: () => nextTurn(),
        now,
      },
      onRefused: (why) => void behind.refused.push(why),
      now,
      monotonicNow: now,
    });
    const server = createHttpServer(routes, (error) => void behind.errors.push(error));
    await server.listen(port, '127.0.0.1');
    context.after(() => server.close());
    return { publicUrl: publicUrl ?? own, at: own, drafts, stop: server.close };
  }

  /** A link as the bot in Slack makes it. */
  async function createLink(change: Partial<Batch> = {}): Promise<string> {
    const draft = {
      id: newId(),
      teamId: 'T1',
      userId: 'U1',
      channelId: 'C1',
      resultsChannelId: undefined,
      keyName: WORKSPACE,
      fileName: undefined,
      fixOf: undefined,
      ...change,
    };
    await draftStore.save({ ...draft, defaults: {}, rows: [] });
    const { teamId, userId, id: draftId } = draft;
    return (await links.create({ teamId, userId, purpose: { kind: 'batch', draftId } })).token;
  }
}

/** The rest of a link's life. */
export const LINK_LIFE_MS = DRAFT_TTL_MS;

export type Answer =
  | (LookAnswer | SaveAnswer | ReadAnswer | RowsAnswer | LoginsAnswer | AddAnswer | ProgressAnswer | ResultsAnswer)
  | { kind: 'refused' };

const answer = z.custom<Answer>((value) => typeof value === 'object' && value !== null && 'kind' in value);

/** The answer's body, which is of this kind. */
export function bodyOf<Kind extends Answer['kind']>({ body }: { body: Answer }, kind: Kind) {
  const isOfKind = (each: Answer): each is Extract<Answer, { kind: Kind }> => each.kind === kind;
  return isOfKind(body) ? body : assert.fail(`${body.kind} instead of ${kind}`);
}

type Reach = { publicUrl: string; at: string };

/** As the page's script posts JSON. */
export async function ask(
  { publicUrl, at }: Reach,
  what: 'look' | 'rows' | 'logins' | 'progress' | 'stop' | 'results' | 'save' | 'check',
  body: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${at}/secure/${what}`, {
    method: 'POST',
    headers: { origin: publicUrl, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: answer.parse(await response.json()) };
}

/** As the page's script uploads a file or its rows. */
export async function upload(
  { publicUrl, at }: Reach,
  what: 'read' | 'add',
  token: string,
  body: string | Uint8Array<ArrayBuffer> | object,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${at}/secure/${what}`, {
    method: 'POST',
    headers: {
      origin: publicUrl,
      authorization: `Bearer ${token}`,
      'content-type': what === 'read' ? 'application/octet-stream' : 'application/json',
      ...headers,
    },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  return { status: response.status, body: answer.parse(await response.json()) };
}

export const GOOGLE = { inbox_type: 'GOOGLE_WORKSPACE', smtp_password: 'abcdefghijklmnop' };

export const rowOf = (line: number, address: string, account: object = GOOGLE) => ({
  line,
  account: { email_address: address, ...account },
});

export function submissionOf(rows: object[], change: object = {}) {
  return { pageId: PAGE_ID, round: 0, defaults: {}, rows, withHeld: false, checkedLines: [], ...change };
}
