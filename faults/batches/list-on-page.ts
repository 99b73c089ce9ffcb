import type { Person } from '../../playground/local-slack/local-slack.ts';
import type { PageRow, Progress } from '../../src/web/secure/browser/contract.ts';
import { openManyForm } from '../../test/acceptance/batches/batch-world.ts';
import { tokensIn } from '../../test/acceptance/world/secure-page.ts';
import { submissionOf } from '../../test/web/secure/start-batch-page.ts';
import type { PageClient } from '../world/page-client.ts';
import { type List, passwordIn, type Tried, toTable } from './list.ts';

/** The others say that the person asks too often, or that Slack or the bot has no time. */
const EXPECTED: ReadonlySet<string> = new Set(['added', 'refused', 'later']);

/** A list that a person adds on the secure page, where they also fix what failed. */
export function createListOnPage(
  person: Person,
  channelId: string,
  addresses: string[],
  { client, presses }: { client: PageClient; presses: number },
): List {
  const pageId = person.userId.padEnd(32, 'p');
  const tokens: string[] = [];
  const sent: PageRow[][] = [];
  const problems: string[] = [];
  const rounds: List['rounds'] = [{ addresses, isTold: false }];
  const token = () => tokens.at(-1) ?? '';
  return { rounds, tokens, preview, confirm, beginFix, findProblems };

  async function preview(): Promise<Tried> {
    const form = await openManyForm(person, channelId).catch(() => undefined);
    const [link] = tokensIn(form?.view);
    if (link === undefined) return 'nothing';
    tokens.push(link);
    const read = await client.upload('read', link, toTable(addresses, ','));
    if (read?.kind !== 'read') return 'nothing';
    sent[0] = read.rows.map(({ line, account }) => ({ line, account }));
    return (await areReady(sent[0], {})) ? 'done' : 'nothing';
  }

  function confirm(): Promise<Tried> {
    return press(rounds.length - 1);
  }

  async function press(at: number): Promise<Tried> {
    const submission = submissionOf(sent[at] ?? [], { pageId, round: at });
    const answers = await Promise.all(Array.from({ length: presses }, () => client.upload('add', token(), submission)));
    const added = answers.filter((answer) => answer?.kind === 'added');
    const unexpected = answers.filter((answer) => answer !== undefined && !EXPECTED.has(answer.kind));
    for (const answer of unexpected) problems.push(`round ${at} was answered with "${answer?.kind}"`);
    for (const { total } of added) {
      if (total !== addresses.length) problems.push(`round ${at} was answered with ${total} rows`);
    }
    const round = rounds[at];
    if (round !== undefined && added.length > 0) round.isTold = true;
    if (added.length > 0) return 'done';
    return unexpected.length > 0 ? 'gone' : 'nothing';
  }

  async function beginFix(): Promise<boolean> {
    const failed = rounds.at(-1)?.isTold ? ((await findProgress())?.failed ?? []) : [];
    if (failed.length === 0) return false;
    const fixes = failed.map(({ line, account }) => ({
      line,
      account: { ...account, smtp_password: passwordIn(rounds.length, account.email_address ?? '') },
    }));
    if (!(await areReady(fixes, { pageId }))) problems.push('rows that failed cannot be fixed');
    sent.push(fixes);
    rounds.push({ addresses: fixes.map(({ account }) => account.email_address ?? ''), isTold: false });
    return true;
  }

  async function areReady(rows: PageRow[], page: { pageId?: string }): Promise<boolean> {
    const checked = await client.ask('rows', { token: token(), ...page, defaults: {}, rows });
    return checked?.kind === 'rows' && checked.checks.every(({ kind }) => kind === 'ready');
  }

  async function findProgress(): Promise<Progress | undefined> {
    const progress = await client.ask('progress', { token: token(), pageId });
    return progress?.kind === 'progress' ? progress : undefined;
  }

  async function findProblems(): ReturnType<List['findProblems']> {
    for (const [at, { isTold }] of rounds.entries()) {
      if (isTold && (await press(at)) !== 'done') problems.push(`round ${at} has no answer any more`);
    }
    return { problems, shown: rounds[0]?.isTold ? await findProgress() : undefined };
  }
}
