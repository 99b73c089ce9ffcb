import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LoginVerdict } from '../../add-inbox/account/login-verdict.ts';
import type { SenderAccount } from '../../add-inbox/account/sender-account.ts';
import type { BatchWorker } from '../../add-inbox/batch/batch-worker.ts';
import { openUsableKey } from '../../add-inbox/batch/do-batch-step.ts';
import { createChooseKey } from '../../add-inbox/keys/choose-key.ts';
import { type BatchPageDeps, createBatchPage } from '../../add-inbox/secure-links/batch-page.ts';
import type { SecureLink } from '../../add-inbox/secure-links/secure-link.ts';
import { abortLate } from '../../add-inbox/worker/time-limit.ts';
import { FileProblem, MAX_ROWS } from '../../csv/file-problem.ts';
import { readRows } from '../../csv/read-rows.ts';
import { dropOldest } from '../../operations/drop-oldest.ts';
import { describeRefusedHalves } from '../../slack/batches/form/preview-logins.ts';
import { describeWarning } from '../../slack/batches/form/preview-rows.ts';
import { renderResults } from '../../slack/batches/results-csv.ts';
import { describeProblem } from '../../slack/batches/row-problem.ts';
import { describeAsker, findThreadUrl } from '../../slack/form/password/describe-asker.ts';
import { createCheckPermission } from '../../slack/permissions/check-before-sending.ts';
import type { Permissions } from '../../slack/permissions/permissions.ts';
import { BATCH_FORM_FLAGS } from '../../slack/sentences/batches.ts';
import type { SlackApi } from '../../slack/web-api/slack-api.ts';
import type { BatchRoutesDeps, ReadFile } from '../../web/secure/batch-routes.ts';
import type { Mailbox } from '../mailbox.ts';
import type { Stores } from '../stores.ts';
import type { Drafts } from './drafts.ts';

/** Threads whose links are remembered: a page asks every few seconds. */
const MAX_THREADS = 1_000;

/** The page waits 30 s for an answer. */
const LOGINS_WITHIN_MS = 25_000;

export type SecureBatchDeps = {
  stores: Stores;
  permissions: Permissions;
  /** Throws if the workspace has no usable token. */
  apiOfTeam(teamId: string): Promise<SlackApi>;
  drafts: Drafts;
  findDefaults: BatchPageDeps['findDefaults'];
  canFindServers: boolean;
  batchWorker: Pick<BatchWorker, 'wake'>;
  /** Undefined where the bot does nothing with mailboxes itself. */
  mailbox: Pick<Mailbox, 'checkLogins'> | undefined;
  now(): number;
};

/** The functions behind the routes for many inboxes. */
export function wireBatchRoutes({
  stores,
  permissions,
  apiOfTeam,
  drafts,
  findDefaults,
  batchWorker,
  mailbox,
  ...deps
}: SecureBatchDeps): BatchRoutesDeps {
  const { batches, keys, secureLinks, settings, slots } = stores;
  const threadUrls = new Map<string, string>();
  return {
    page: createBatchPage({
      links: secureLinks,
      drafts,
      batches,
      wake: batchWorker.wake,
      checkPermission: createCheckPermission(permissions, apiOfTeam),
      findSettings: settings.find,
      findDefaults,
      chooseKey: createChooseKey(keys),
      checkLogins: mailbox && ((person, accounts) => checkSoon(mailbox, person, accounts)),
      estimateEnd: async (batch, rows) => {
        const key = await openUsableKey(keys, batch);
        return key && slots.estimateEnd(key.fingerprint, rows);
      },
    }),
    readFile,
    describeLink: async (draft) => {
      const { threadUrl: channelUrl, ...names } = await describeAsker(apiOfTeam, draft);
      return { ...names, channelUrl };
    },
    findThreadUrl: async (batch) => {
      const thread = `${batch.id} ${batch.announcement?.ts}`;
      const url = threadUrls.get(thread) ?? (await findThreadUrl(await apiOfTeam(batch.teamId), batch));
      threadUrls.set(thread, url);
      dropOldest(threadUrls, MAX_THREADS);
      return url;
    },
    describeWarning,
    describeRefused: describeRefusedHalves,
    describeProblem,
    renderResults: async ({ fileName }, rows) => (await renderResults(fileName, rows))[0],
    mostRows: MAX_ROWS,
    timeFor: drafts.timeFor,
    pause: nextTurn,
    ...deps,
  };
}

/** Checks the logins of a page's rows, as far as they answer soon. */
function checkSoon(
  { checkLogins }: Pick<Mailbox, 'checkLogins'>,
  { teamId, userId }: SecureLink,
  accounts: readonly SenderAccount[],
): Promise<LoginVerdict[]> {
  return abortLate(LOGINS_WITHIN_MS, ({ signal }) =>
    checkLogins({ teamId, userId }, accounts, { onProgress: () => {}, signal }),
  );
}

/** Reads a file for the page. */
export const readFile: ReadFile = async (bytes, chosen) => {
  try {
    const { vendor, table, rows } = await readRows(bytes, chosen);
    const noted = rows.map((row) => ({ ...row, notes: row.flags.map((flag) => BATCH_FORM_FLAGS[flag]) }));
    return { kind: 'read', vendor, columns: table, rows: noted };
  } catch (error) {
    if (error instanceof FileProblem) return { kind: 'unreadable', why: error.message };
    throw error;
  }
};
