import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { findFreePort } from '../../../../playground/find-free-port.ts';
import { accountDefaults } from '../../../../src/add-inbox/account/providers.ts';
import { type CheckedRow, checkRows } from '../../../../src/add-inbox/batch/check-rows.ts';
import { FileProblem } from '../../../../src/csv/file-problem.ts';
import { readRows } from '../../../../src/csv/read-rows.ts';
import { createHttpServer, type Route } from '../../../../src/web/http-server.ts';
import type {
  AddAnswer,
  AddBody,
  BatchDefaults,
  BatchToAdd,
  ChosenColumns,
  FailedRow,
  LoginsAnswer,
  LookAnswer,
  PageColumn,
  PageRow,
  Progress,
  ProgressAnswer,
  ReadAnswer,
  ResultsAnswer,
  RowCheck,
  RowsAnswer,
} from '../../../../src/web/secure/browser/contract.ts';
import { loadSecurePage } from '../../../../src/web/secure/load-page.ts';

export const TOKEN = `${'B'.repeat(40)}-_9`;

const BATCH: BatchToAdd = {
  kind: 'batch',
  whose: 'ann',
  person: 'Ann',
  workspace: 'Acme',
  client: 'Globex',
  channelUrl: 'https://acme.slack.com/archives/C1',
  worksForMs: 30 * 60_000,
  mostRows: 5_000,
  canFindServers: true,
  rowsPerMinute: 60,
  defaults: { dailyLimit: 40 },
};

type Answer = LookAnswer | ReadAnswer | RowsAnswer | LoginsAnswer | AddAnswer | ProgressAnswer | ResultsAnswer;

/** What is behind the page; a test changes it as it likes. */
export type Behind = {
  batch: Partial<BatchToAdd>;
  isGone: boolean;
  /** The paths that are not answered, as without a connection. */
  lost: Set<string>;
  /** Answered and lost on the way back, once. */
  loseAnswer: boolean;
  /** What the bot waits for before it answers. */
  wait(path: string): Promise<void>;
  /** In place of the answer of its own. */
  answers: Partial<Record<string, Answer>>;
  /** A file that is never read to its end. */
  neverReads: boolean;
  /** How often the page asked for a stop. */
  stops: number;
  added: AddBody[];
  asked: { path: string; lines: number[] }[];
  progress: Partial<Progress>;
  /** What the rules say otherwise by now. */
  change(check: RowCheck): Partial<RowCheck>;
};

export type BatchWorld = Awaited<ReturnType<typeof startStandIn>>;

/** The page for many inboxes over the bot's own rules for files and rows, with everything behind it kept in memory. */
export async function startStandIn(context: TestContext, change: Partial<Behind> = {}) {
  const behind: Behind = {
    batch: {},
    isGone: false,
    lost: new Set(),
    loseAnswer: false,
    wait: async () => {},
    answers: {},
    neverReads: false,
    stops: 0,
    added: [],
    asked: [],
    progress: {},
    change: () => ({}),
    ...change,
  };
  const responses: ServerResponse[] = [];
  const page = loadSecurePage();
  const port = await findFreePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const routes: Record<string, Route> = {
    'GET /secure': (_request, response) => void response.writeHead(200, page.headers).end(page.html),
    'POST /secure/look': answering('look', () =>
      behind.added.length > 0 ? { kind: 'gone' } : { ...BATCH, ...behind.batch },
    ),
    'POST /secure/read': answering('read', read),
    'POST /secure/rows': answering('rows', async (body) => {
      const { rows, defaults, pageId } = JSON.parse(String(body));
      // A used link works for the page that has used it.
      if (behind.added.length > 0 && behind.added[0]?.pageId !== pageId) return { kind: 'gone' };
      return { kind: 'rows', checks: await check(rows, defaults) };
    }),
    'POST /secure/logins': answering('logins', () => ({ kind: 'logins', refused: [], notChecked: [] })),
    'POST /secure/add': answering('add', (body) => add(JSON.parse(String(body)))),
    'POST /secure/progress': answering('progress', () => ({ kind: 'progress', ...progressOf(behind) })),
    'POST /secure/stop': answering('stop', () => {
      behind.stops += 1;
      return { kind: 'progress', ...progressOf(behind) };
    }),
    'POST /secure/results': answering('results', () => ({
      kind: 'results',
      name: 'globex-october-results.csv',
      content: '"Line","Address"\r\n"2","jane@globex.com"\r\n',
    })),
  };
  const server = createHttpServer(routes, () => {});
  await server.listen(port, '127.0.0.1');
  context.after(() => {
    // Those that are still waited for, too: a test that fails ends at once.
    for (const response of responses) response.destroy();
    return server.close();
  });
  return { behind, publicUrl, url: `${publicUrl}/secure#${TOKEN}` };

  function answering(
    path: string,
    answer: (body: Buffer, request: IncomingMessage) => Answer | Promise<Answer>,
  ): Route {
    return async (request, response) => {
      if (behind.lost.has(path)) return void request.socket.destroy();
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      responses.push(response);
      if (path === 'read' && behind.neverReads) return;
      const body = Buffer.concat(chunks);
      if (path === 'rows') {
        behind.asked.push({ path, lines: JSON.parse(String(body)).rows.map(({ line }: PageRow) => line) });
      }
      await behind.wait(path);
      const given: Answer | undefined = behind.isGone ? { kind: 'gone' } : behind.answers[path];
      const answered: Answer = given ?? (await answer(body, request));
      if (path === 'add' && behind.loseAnswer) {
        behind.loseAnswer = false;
        // Browsers repeat a request by themselves if not even the head of an answer came.
        response.writeHead(200).flushHeaders();
        return void response.destroy();
      }
      const text = JSON.stringify(answered);
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(text);
    };
  }

  async function read(body: Buffer, { headers }: IncomingMessage): Promise<ReadAnswer> {
    const chosen: ChosenColumns = decode(headers['x-columns']);
    try {
      const [head = ''] = String(body).split('\n', 1);
      const names = head.split(',').map((name, position) => rename(name, chosen[position]));
      const file = await readRows(Buffer.from(names.join() + String(body).slice(head.length)));
      // As JSON, fields without a value are left out.
      const rows: PageRow[] = JSON.parse(JSON.stringify(file.rows));
      const columns = names.map((name, position) =>
        describeColumn(head.split(',')[position] ?? '', name, position, file),
      );
      return {
        kind: 'read',
        ...(file.vendor !== undefined && { vendor: file.vendor }),
        columns: file.columns.length === 0 ? [] : columns,
        rows,
        checks: await check(rows, decode(headers['x-defaults'])),
      };
    } catch (error) {
      if (error instanceof FileProblem) return { kind: 'unreadable', why: error.message };
      throw error;
    }
  }

  async function add(body: AddBody): Promise<AddAnswer> {
    const known = behind.added.some(({ pageId, round }) => pageId === body.pageId && round === body.round);
    const checks = (await check(body.rows, body.defaults)).map((each) => ({ ...each, ...behind.change(each) }));
    if (!known && checks.some(({ kind }) => kind === 'to_fix')) return { kind: 'to_fix', checks };
    if (!known) behind.added.push(body);
    return { kind: 'added', ...progressOf(behind) };
  }
}

/** Keeps the answers of a path back until the function that it returns is called. */
export function holdAnswers(behind: Behind, path: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  behind.wait = (asked) => (asked === path ? promise : Promise.resolve());
  return resolve;
}

function rename(name: string, field: string | null | undefined): string {
  return field === undefined ? name : (field ?? 'not used');
}

function decode(header: string | string[] | undefined) {
  return JSON.parse(decodeURIComponent(String(header ?? '%7B%7D')));
}

function describeColumn(
  header: string,
  name: string,
  position: number,
  { columns, dropped }: Pick<Awaited<ReturnType<typeof readRows>>, 'columns' | 'dropped'>,
): PageColumn {
  const field = columns.find((column) => column.header === name.trim())?.field;
  return {
    position,
    header,
    ...(field !== undefined && { field }),
    isDropped: dropped.includes(name),
    values: '15 numbers from 20 to 50',
    ...(header === 'Cap' && { suggested: 'daily_limit' }),
  };
}

async function check(rows: readonly PageRow[], defaults: BatchDefaults): Promise<RowCheck[]> {
  const checked = await checkRows(rows, {
    defaults,
    waiting: new Set(),
    isOtherDomain: () => false,
    pause: async () => {},
  });
  return checked.map((row, index) => toCheck(row, rows[index]?.account ?? {}, defaults));
}

function toCheck(row: CheckedRow, account: PageRow['account'], defaults: BatchDefaults): RowCheck {
  const { inbox_type = defaults.inboxType ?? 'CUSTOM_SMTP', email_address } = account;
  const filled: Record<string, unknown> = accountDefaults(inbox_type, email_address);
  Object.assign(filled, { inbox_type, display_name: email_address?.split('@')[0] });
  if (defaults.dailyLimit !== undefined) filled.daily_limit = String(defaults.dailyLimit);
  return {
    line: row.line,
    kind: row.kind === 'login_refused' ? 'held' : row.kind,
    errors: row.kind === 'to_fix' ? row.errors : {},
    warnings: 'warnings' in row ? row.warnings.map(() => 'The password begins or ends with a space.') : [],
    ...(row.kind === 'held' && { why: 'It refuses most passwords. Connect this inbox in ColdSend.' }),
    ...(row.kind === 'differs' && { why: `Line ${row.firstLine} has this address too, with other values.` }),
    ...('firstLine' in row && { firstLine: row.firstLine }),
    filled,
    isFoundByDomain: false,
  };
}

function progressOf({ added, progress }: Behind): Progress {
  const total = added[0]?.rows.length ?? 0;
  return {
    state: 'running',
    total,
    counts: { added: 0, exists: 0, failed: 0, unknown: 0, stopped: 0, left: total },
    leftMs: 20_000,
    waitsForKey: false,
    canStop: true,
    threadUrl: 'https://acme.slack.com/archives/C1/p1',
    failed: [] satisfies FailedRow[],
    ...progress,
  };
}
