import { z } from 'zod';
import type { Warning } from '../../add-inbox/account/find-warnings.ts';
import type { LoginVerdict } from '../../add-inbox/account/login-verdict.ts';
import type { Batch, BatchRow } from '../../add-inbox/batch/batch.ts';
import type { Row } from '../../add-inbox/batch/check-rows.ts';
import { type AddableRow, isAddable } from '../../add-inbox/batch/drafts.ts';
import { clientNameOf } from '../../add-inbox/keys/key-owner.ts';
import type { BatchPage, OpenBatch, PageProgress } from '../../add-inbox/secure-links/batch-page.ts';
import type { SecureLink } from '../../add-inbox/secure-links/secure-link.ts';
import type { Route } from '../http-server.ts';
import { type batchDefaults, columnsHeader, defaultsHeader, parseAddBody, rowsBodyOf } from './batch-bodies.ts';
import type {
  AddAnswer,
  BatchToAdd,
  ColumnField,
  FailedRow,
  LoginsAnswer,
  NoPage,
  PageColumn,
  Progress,
  ProgressAnswer,
  ResultsAnswer,
  RowsAnswer,
} from './browser/contract.ts';
import { type Guard, hashOf, pageId, token, type Upload, type Written } from './guard.ts';
import { jsonInSlices } from './json-in-slices.ts';
import { checksOf, describeValues } from './row-checks.ts';

/** A file as it was read, or why it can't be read. Without `chosen`, no column was chosen by hand. */
export type ReadFile = (
  bytes: Uint8Array,
  chosen: ReadonlyMap<number, ColumnField | undefined>,
) => Promise<
  | { kind: 'unreadable'; why: string }
  | {
      kind: 'read';
      vendor: string | undefined;
      columns: (Omit<PageColumn, 'field' | 'values' | 'suggested'> & {
        field: ColumnField | undefined;
        values: { count: number; numbers?: { from: number; to: number } } | undefined;
        suggested: ColumnField | undefined;
      })[];
      /** `notes`: what was odd, in words. */
      rows: (Row & { notes: string[] })[];
    }
>;

export type BatchRoutesDeps = {
  page: BatchPage;
  readFile: ReadFile;
  /** The names around a link; '' if Slack did not tell. `channelUrl` opens the channel of the results. */
  describeLink(draft: Batch): Promise<{ person: string; workspace: string; channelUrl: string }>;
  findThreadUrl(batch: Batch): Promise<string>;
  /** In words. */
  describeWarning(warning: Warning): string;
  /** Why a row needs a person; undefined where it does not. */
  describeProblem(row: BatchRow): Pick<FailedRow, 'title' | 'next' | 'said'> | undefined;
  /** All rows and how they ended, as CSV without passwords. */
  renderResults(batch: Batch, rows: BatchRow[]): Promise<{ name: string; content: string }>;
  /** The halves of a row's login that were refused, in words. */
  describeRefused(row: Pick<AddableRow, 'account' | 'login'>): string;
  canFindServers: boolean;
  mostRows: number;
  /** How long so many inboxes take within the rate limit, in milliseconds. */
  timeFor(inboxes: number): number;
  /** Lets other work go on. */
  pause(): Promise<void>;
  now(): number;
};

/**
 * Requests in a minute. Cells are checked while a person types, the progress is polled, and the logins of 5,000 rows that need no
 * wait take 125 of them.
 */
export const MOST_OF_BATCH = { ofAddress: 600, ofToken: 240 };

/** Rows whose logins are checked with one request, which a proxy ends after a minute. */
export const LOGINS_AT_ONCE = 40;

/** For an estimate of the speed. */
const MANY = 1_000;

const MINUTE_MS = 60_000;

const progressBody = z.strictObject({ token, pageId });

/** The routes for many inboxes. Nothing of a file or of rows is stored before they are added. */
export function createBatchRoutes(deps: BatchRoutesDeps, { answering, uploading }: Guard) {
  const { page } = deps;
  const rowsBody = rowsBodyOf(deps.mostRows);
  const loginsBody = rowsBodyOf(LOGINS_AT_ONCE);
  const routes: Record<string, Route> = {
    'POST /secure/read': uploading(
      'application/octet-stream',
      async (sent) => {
        const opened = await page.open(sent);
        return opened.kind === 'open' ? undefined : opened;
      },
      read,
    ),
    'POST /secure/rows': answering(
      rowsBody,
      async ({ token: sent, pageId: id, defaults, rows }): Promise<RowsAnswer> => {
        const opened = await page.open(sent, id);
        if (opened.kind !== 'open') return opened;
        return {
          kind: 'rows',
          checks: await checksOf(deps, await page.inspect(opened, rows, defaults), rows, defaults),
        };
      },
    ),
    'POST /secure/logins': answering(
      loginsBody,
      async ({ token: sent, pageId: id, defaults, rows }): Promise<LoginsAnswer> => {
        const opened = await page.open(sent, id);
        if (opened.kind !== 'open') return opened;
        const tried = (await page.tryLogins(opened, rows, defaults)).filter(isAddable);
        return {
          kind: 'logins',
          refused: tried.filter(({ kind }) => kind === 'login_refused').map(toRefused),
          notChecked: tried.filter(({ kind, login }) => kind === 'ready' && isUnknown(login)).map(({ line }) => line),
        };
      },
    ),
    'POST /secure/add': uploading(
      'application/json',
      async (sent) => ((await page.isKnown(sent)) ? undefined : GONE),
      add,
    ),
    'POST /secure/progress': answering(progressBody, async (body) =>
      toProgressAnswer(await page.findProgress(body.token, body.pageId)),
    ),
    'POST /secure/stop': answering(progressBody, async (body) =>
      toProgressAnswer(await page.stop(body.token, body.pageId)),
    ),
    'POST /secure/results': answering(progressBody, async (body): Promise<ResultsAnswer> => {
      const found = await page.listResults(body.token, body.pageId);
      if (found.kind !== 'results') return found;
      const { name, content } = await deps.renderResults(found.batch, found.rows);
      return { kind: 'results', name, content };
    }),
  };
  return { routes, look };

  /** What a link is for. */
  async function look(link: SecureLink): Promise<BatchToAdd | NoPage> {
    const looked = await page.look(link);
    if (looked.kind !== 'open') return looked;
    const { draft, defaults, failed } = looked;
    const client = clientNameOf(draft.keyName);
    return {
      kind: 'batch',
      whose: hashOf(JSON.stringify([draft.teamId, draft.userId, draft.channelId, draft.keyName])),
      ...(await deps.describeLink(draft)),
      ...(client !== undefined && { client }),
      worksForMs: link.expiresAt - deps.now(),
      mostRows: deps.mostRows,
      canFindServers: deps.canFindServers,
      rowsPerMinute: Math.round((MANY * MINUTE_MS) / Math.max(deps.timeFor(MANY), MINUTE_MS)),
      defaults,
      ...(failed !== undefined && { fix: toFailedRows(failed) }),
    };
  }

  async function read({ token: sent, bytes, headers }: Upload): Promise<Written | { kind: string } | undefined> {
    const chosen = columnsHeader.safeParse(headers['x-columns']);
    const given = defaultsHeader.safeParse(headers['x-defaults']);
    if (!chosen.success || !given.success) return undefined;
    const file = await deps.readFile(bytes, chosen.data);
    if (file.kind === 'unreadable') return file;
    // It may have taken a minute to send the file.
    const opened = await page.open(sent);
    if (opened.kind !== 'open') return opened;
    return { json: await writeRead(opened, file, given.data) };
  }

  async function writeRead(
    opened: OpenBatch,
    { vendor, columns, rows }: Extract<Awaited<ReturnType<ReadFile>>, { kind: 'read' }>,
    defaults: z.output<typeof batchDefaults>,
  ): Promise<string> {
    const checks = await checksOf(deps, await page.inspect(opened, rows, defaults), rows, defaults);
    const head = { kind: 'read', ...(vendor !== undefined && { vendor }), columns: columns.map(toPageColumn) };
    const shown = rows.map(({ line, account, notes }) => ({ line, account, ...(notes.length > 0 && { notes }) }));
    return jsonInSlices(head, { rows: shown, checks }, deps.pause);
  }

  async function add({ token: sent, bytes }: Upload): Promise<AddAnswer | Written | undefined> {
    const body = await parseAddBody(bytes, deps.mostRows, deps.pause);
    if (body === undefined) return undefined;
    const added = await page.add({ token: sent, fileName: undefined, ...body });
    if (added.kind === 'progress') return { kind: 'added', ...(await toProgress(added)) };
    if (added.kind === 'unchecked') return { ...added, atOnce: LOGINS_AT_ONCE };
    if (added.kind !== 'to_fix') return added;
    const checks = await checksOf(deps, added, body.rows, body.defaults);
    return { json: await jsonInSlices({ kind: 'to_fix' }, { checks }, deps.pause) };
  }

  function toRefused(row: AddableRow): { line: number; why: string } {
    return { line: row.line, why: deps.describeRefused(row) };
  }

  async function toProgressAnswer(found: PageProgress | NoPage): Promise<ProgressAnswer> {
    return found.kind === 'progress' ? { ...(await toProgress(found)), kind: 'progress' } : found;
  }

  async function toProgress({ batch, progress, failed, endsAt, canStop }: PageProgress): Promise<Progress> {
    const { refused, key_refused, expired, unsettled: left, ...counts } = progress.counts;
    return {
      state:
        batch.state === 'waiting' || batch.state === 'running' || batch.state === 'stopped' ? batch.state : 'finished',
      total: batch.total,
      counts: { ...counts, failed: refused + key_refused + expired, left },
      ...(endsAt !== undefined && { leftMs: Math.max(0, endsAt - deps.now()) }),
      waitsForKey: progress.waitsForKey,
      canStop,
      threadUrl: await deps.findThreadUrl(batch),
      failed: toFailedRows(failed),
    };
  }

  function toFailedRows(rows: BatchRow[]): FailedRow[] {
    return rows.flatMap((row) => {
      const problem = deps.describeProblem(row);
      if (problem === undefined) return [];
      const { smtp_port, imap_port, daily_limit, ...rest } = row.account;
      const numbers = { smtp_port, imap_port, daily_limit };
      const texts = Object.fromEntries(Object.entries(numbers).map(([field, value]) => [field, String(value)]));
      return [
        { line: row.line, account: { ...rest, ...texts }, isUnknown: row.outcome?.kind === 'unknown', ...problem },
      ];
    });
  }
}

const GONE: NoPage = { kind: 'gone' };

function isUnknown(login: LoginVerdict | undefined): boolean {
  return login?.smtp.kind === 'unknown' || login?.imap.kind === 'unknown';
}

function toPageColumn({
  field,
  values,
  suggested,
  header,
  ...column
}: Extract<Awaited<ReturnType<ReadFile>>, { kind: 'read' }>['columns'][number]): PageColumn {
  return {
    ...column,
    header: header === '' ? String(column.position + 1) : header,
    values: values === undefined ? '' : describeValues(values),
    ...(field !== undefined && { field }),
    ...(suggested !== undefined && { suggested }),
  };
}
