import type { TestContext } from 'node:test';
import { findFreePort } from '../../../playground/find-free-port.ts';
import type { LoginVerdict } from '../../../src/add-inbox/account/login-verdict.ts';
import type { Passwords } from '../../../src/add-inbox/account/sender-account.ts';
import { DEFAULT_SETTINGS } from '../../../src/add-inbox/people/workspace-settings.ts';
import type { AddInboxRequest } from '../../../src/add-inbox/request/request.ts';
import type { PermissionToAdd } from '../../../src/add-inbox/request/send-request.ts';
import { createMatchingCodes } from '../../../src/add-inbox/secure-links/matching-code.ts';
import {
  LINK_TTL_MS,
  MAX_CHECKS,
  MAX_CODES,
  MAX_WRONG_TRIES,
  type SecureLink,
  type ShownCode,
} from '../../../src/add-inbox/secure-links/secure-link.ts';
import { createSecurePage } from '../../../src/add-inbox/secure-links/secure-page.ts';
import { describeLogin } from '../../../src/slack/thread/checks/describe-login.ts';
import { createHttpServer, type HttpServer } from '../../../src/web/http-server.ts';
import { createAttemptLimit } from '../../../src/web/secure/attempt-limit.ts';
import type { BatchRoutesDeps } from '../../../src/web/secure/batch-routes.ts';
import { type Asker, createSecureRoutes } from '../../../src/web/secure/secure-routes.ts';
import { sampleRequest } from '../../add-inbox/request/sample-request.ts';

const HOUR = 60 * 60 * 1000;

export const TOKEN = `${'T'.repeat(40)}-_9`;

const ASKER: Asker = { person: 'Ann', workspace: 'Acme', threadUrl: 'https://acme.slack.com/archives/C1/p1' };

const gone = async () => ({ kind: 'gone' }) as const;

/** For a page that only takes passwords; see start-batch-page.ts. */
const NO_BATCH: BatchRoutesDeps = {
  page: {
    open: gone,
    look: gone,
    add: gone,
    findProgress: gone,
    stop: gone,
    listResults: gone,
    inspect: async () => ({ rows: [], checked: [] }),
    tryLogins: async () => [],
    isKnown: async () => false,
  },
  readFile: async () => ({ kind: 'unreadable', why: '' }),
  describeLink: async () => ({ person: '', workspace: '', channelUrl: '' }),
  findThreadUrl: async () => '',
  describeWarning: () => '',
  describeRefused: () => '',
  describeProblem: () => undefined,
  renderResults: async () => ({ name: '', content: '' }),
  canFindServers: false,
  mostRows: 0,
  timeFor: () => 0,
  pause: async () => {},
  now: () => 0,
};

/** What is behind the page; a test changes it as it likes. */
type Behind = {
  request: AddInboxRequest;
  permission: PermissionToAdd;
  /** Undefined: no link works. */
  link: SecureLink | undefined;
  wrong: number;
  spentBy: string | undefined;
  saved: Passwords[];
  /** How often a token was looked up. */
  looked: number;
  refused: string[];
  monotonic: number;
  /** Undefined while the bot stops. */
  verdict: LoginVerdict | undefined;
  checked: Passwords[];
  /** Whether the workspace requires a matching code. */
  matchingCode: boolean;
  /** The codes that its person was asked about; undefined while Slack takes no message. */
  asked: string[] | undefined;
  shown: ShownCode | undefined;
  confirmedPageId: string | undefined;
  codes: number;
};

export type SecureWorld = Awaited<ReturnType<typeof startSecurePage>>;

/** The secure page on a server of its own, with one link, kept in memory. */
export async function startSecurePage(context: TestContext, change: Partial<AddInboxRequest> = {}, canCheck = true) {
  const purpose = { kind: 'password', requestId: 'REQUEST00001' } as const;
  const behind: Behind = {
    request: sampleRequest({ waitsFor: 'password', expiresAt: 24 * HOUR, ...change }),
    permission: { kind: 'may' },
    link: { teamId: 'T1', userId: 'U1', purpose, expiresAt: HOUR / 2 },
    wrong: 0,
    spentBy: undefined,
    saved: [],
    looked: 0,
    refused: [],
    monotonic: 0,
    verdict: { smtp: { kind: 'works' }, imap: { kind: 'works' } },
    checked: [],
    matchingCode: false,
    asked: [],
    shown: undefined,
    confirmedPageId: undefined,
    codes: 0,
  };
  const port = await findFreePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const links = createLinks(behind);
  const securePage = createSecurePage({
    links,
    findRequest: async () => behind.request,
    checkPermission: async () => behind.permission,
    checkLogin: canCheck
      ? async (_request, passwords) => {
          behind.checked.push(passwords);
          return behind.verdict;
        }
      : undefined,
    mayCheck: createAttemptLimit(MAX_CHECKS, LINK_TTL_MS, () => behind.monotonic),
    wake: () => {},
    onSaved: () => {},
    now: () => 0,
  });
  const routes = createSecureRoutes({
    publicUrl,
    securePage,
    matchingCodes: createMatchingCodes({
      links,
      findSettings: async () => ({ ...DEFAULT_SETTINGS, matchingCode: behind.matchingCode }),
      look: securePage.look,
      askPerson: async (_link, code) => {
        behind.asked?.push(code);
        return behind.asked !== undefined;
      },
      newCode: () => `K7-4Q${behind.codes}`,
    }),
    describeAsker: async () => ASKER,
    describeLogin,
    batch: NO_BATCH,
    onRefused: (why) => void behind.refused.push(why),
    now: () => 0,
    monotonicNow: () => behind.monotonic,
  });
  let server: HttpServer;
  await start();
  context.after(stop);
  return { behind, publicUrl, url: `${publicUrl}/secure#${TOKEN}`, routes, start, stop };

  async function start(): Promise<void> {
    server = createHttpServer(routes, () => {});
    await server.listen(port, '127.0.0.1');
  }

  function stop(): Promise<void> {
    return server.close();
  }
}

function createLinks(behind: Behind) {
  const isDead = () => behind.spentBy !== undefined || behind.wrong >= MAX_WRONG_TRIES;
  return {
    find: async (token: string) => {
      behind.looked += 1;
      return token === TOKEN && !isDead() ? behind.link : undefined;
    },
    findMatched: async (token: string) => {
      const { link, shown, confirmedPageId } = behind;
      return token === TOKEN && !isDead() && link !== undefined ? { link, shown, confirmedPageId } : undefined;
    },
    showCode: async (_token: string, shown: ShownCode) => {
      behind.shown = shown;
      behind.codes += 1;
      return behind.codes <= MAX_CODES;
    },
    withdrawCode: async () => {
      behind.shown = undefined;
      behind.codes -= 1;
    },
    findSpent: async (_token: string, pageId: string) => (behind.spentBy === pageId ? behind.link : undefined),
    countWrong: async () => {
      behind.wrong += 1;
      return behind.wrong <= MAX_WRONG_TRIES;
    },
    savePasswords: async (_token: string, _link: SecureLink, pageId: string, passwords: Passwords) => {
      if (isDead()) return false;
      behind.spentBy = pageId;
      behind.saved.push(passwords);
      return true;
    },
  };
}
