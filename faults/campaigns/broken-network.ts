import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Script } from '../../playground/local-coldsend/script.ts';
import { checkFacts } from '../judging/check-facts.ts';
import { OUTCOMES, type ShownOutcome } from '../judging/facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { countVerdict, createTally, type Tally } from '../judging/tally.ts';
import { addressOf, type FaultWorld, startFaultWorld } from '../world/fault-world.ts';
import { type FaultyBot, prepareBot } from '../world/faulty-bot.ts';
import { type FaultyProxy, type NetworkFault, startFaultyProxy } from '../world/faulty-proxy.ts';
import { readWhenReported } from '../world/read-committed.ts';
import { createSeededRandom } from '../world/seeded-random.ts';

/** So that a silent ColdSend is given up soon. */
const COLDSEND_TIMEOUT_MS = 700;

const REPORTED_WITHIN_MS = 60_000;

/** The longest call of Slack there is here, in bytes; what is chosen beyond the end of a shorter one does not strike it. */
const MAX_SLACK_BYTES = { request: 1_800, answer: 1_500 };

/** A bot has so many trials, for a database and ledgers that grow make each slower; so many bots are at it at once. */
const TRIALS_PER_WORLD = 100;
const WORLDS_AT_ONCE = 4;
const SLACK_REQUESTS_AT_ONCE = 50;

type Network = { world: FaultWorld; bot: FaultyBot; url: string; path: string; proxy: FaultyProxy };

/** What ColdSend answers; `outcome` is what is reported when that arrives whole. */
type Answering = { script: Script | undefined; outcome: ShownOutcome };
type MeasuredAnswer = Answering & { answerBytes: number; headBytes: number };
type Trial = { address: string; fault: NetworkFault; answer: MeasuredAnswer };

const ANSWERS: [Answering, ...Answering[]] = [
  { script: undefined, outcome: 'added' },
  {
    script: {
      kind: 'field_errors',
      errors: [{ loc: ['body', 'smtp_password'], msg: 'is wrong', type: 'value_error' }],
    },
    outcome: 'refused',
  },
  { script: { kind: 'exists' }, outcome: 'exists' },
  // Sent again a second later, and added then.
  { script: { kind: 'server_error', status: 503, retryAfter: '1' }, outcome: 'added' },
];

/**
 * A bot whose connection to ColdSend breaks at each byte of the request and of each kind of answer, hangs, drips or brings
 * garbage.
 *
 * @param every each so many bytes; 1 is all of them
 */
export async function breakColdsend({ seed, every }: { seed: number; every: number }): Promise<Tally> {
  const tally = createTally('a broken connection to ColdSend');
  const startedAt = performance.now();
  const trials: Trial[] = [];
  await withProxy('COLDSEND_API_URL', async (network) => {
    const add = (fault: NetworkFault, answer: MeasuredAnswer) =>
      trials.push({ address: addressOf(String(seed), trials.length + 100), fault, answer });
    for (const [number, answering] of ANSWERS.entries()) {
      const { requestBytes, ...answer } = await measure(network, addressOf(String(seed), number), answering);
      for (const at of steps(answer.answerBytes, every)) {
        add({ kind: 'reset_answer', at }, answer);
        add({ kind: 'end_answer', at }, answer);
      }
      if (number > 0) continue;
      for (const at of steps(requestBytes, every)) add({ kind: 'reset_request', at }, answer);
      for (const at of [0, Math.floor(answer.answerBytes / 2), answer.answerBytes - 1])
        add({ kind: 'hang_answer', at }, answer);
      add({ kind: 'hang' }, answer);
      add({ kind: 'drip', bytes: 40, everyMs: 2 }, answer);
      add({ kind: 'drip', bytes: 1, everyMs: 20 }, answer);
      for (const text of GARBAGE) add({ kind: 'garbage', bytes: Buffer.from(text, 'latin1') }, answer);
    }
    await refuseOnce(network, tally, addressOf(String(seed), ANSWERS.length));
    noteProblems(network.world, tally);
  });
  const perWorld = Math.min(TRIALS_PER_WORLD, Math.ceil(trials.length / WORLDS_AT_ONCE));
  const work = async (): Promise<void> => {
    for (let some = trials.splice(0, perWorld); some.length > 0; some = trials.splice(0, perWorld)) {
      await withProxy('COLDSEND_API_URL', async (network) => {
        for (const trial of some) await tryOne(network, tally, trial);
        noteProblems(network.world, tally);
      });
    }
  };
  await Promise.all(Array.from({ length: WORLDS_AT_ONCE }, work));
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

/** None that says by its status alone that nothing was added: a 3xx or 4xx is believed. */
const GARBAGE = [
  '\x00\xff\x13\x37',
  'HTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}',
  'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n{"success":true}',
  'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 9\r\n\r\nhello',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'SSH-2.0-OpenSSH_9.6\r\n',
  `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
];

async function tryOne(
  { world, url, path, proxy }: Network,
  tally: Tally,
  { address, fault, answer }: Trial,
): Promise<void> {
  const name = `${fault.kind}${'at' in fault ? ` at byte ${fault.at}` : ''} of ${answer.script?.kind ?? 'added'}`;
  const say = (sentence: string): void => void tally.violations.push(`${name}: ${sentence}`);
  if (answer.script !== undefined) world.coldsend.answerNext(answer.script, { forAddress: address });
  proxy.takeExchanges();
  // Only the first connection is struck: what is sent again after nothing was sent gets through.
  let isFirst = true;
  proxy.setFault(() => {
    const struck = isFirst ? fault : undefined;
    isFirst = false;
    return struck;
  });
  const acknowledged = await world.submit(address, [url]);
  await world.reports.waitFor([address], REPORTED_WITHIN_MS).catch(() => say('not reported'));
  const exchanges = proxy.takeExchanges();
  const committed = await readWhenReported(path, address);
  const isInTime =
    fault.kind === 'drip' && (answer.answerBytes / fault.bytes) * fault.everyMs < COLDSEND_TIMEOUT_MS / 2;
  const isWhole = 'at' in fault && fault.kind !== 'reset_request' && fault.at >= answer.answerBytes;
  // Where the reset comes before the first byte has gone out, nothing was sent, and it is tried again.
  const facts = gatherFacts(world, address, {
    acknowledged,
    crashes: [],
    committed,
    ...(!isWhole && !isInTime && { network: 'answer_lost' }),
  });
  const verdict = checkFacts(facts);
  const violations = verdict.violations.map((violation) => `${name}: ${violation}`);
  countVerdict(tally, { ...verdict, violations }, acknowledged);
  const sent = exchanges.filter(({ requestBytes }) => requestBytes > 0);
  const isSentAgain = answer.script?.kind === 'server_error' && verdict.outcome === 'added';
  const firstWasSent = (exchanges[0]?.requestBytes ?? 0) > 0;
  if (firstWasSent && sent.length > (isSentAgain ? 2 : 1)) say(`sent ${sent.length} times`);
  if (!outcomesOf(fault, answer).some((outcome) => outcome === verdict.outcome)) say(`reported ${verdict.outcome}`);
  tally.trials += 1;
}

/**
 * What may be reported where an answer arrives in part: a 4xx says that nothing was added, but only the whole that it was, or that a
 * 503 is ColdSend's own.
 */
function outcomesOf(fault: NetworkFault, { script, outcome, answerBytes, headBytes }: MeasuredAnswer): ShownOutcome[] {
  if (fault.kind !== 'reset_answer' && fault.kind !== 'end_answer') return [...OUTCOMES];
  const isSaidByWhole = script === undefined || script.kind === 'server_error';
  if (fault.at < (isSaidByWhole ? answerBytes : headBytes)) return ['unknown'];
  // A reset may take with it what had arrived before.
  return fault.kind === 'end_answer' ? [outcome] : [outcome, 'unknown'];
}

/** Nobody listens: nothing was sent, the announcement says that it waits, and a later try gets through. */
async function refuseOnce({ world, url, path, proxy }: Network, tally: Tally, address: string): Promise<void> {
  await proxy.listen(false);
  proxy.setFault(undefined);
  const acknowledged = await world.submit(address, [url]);
  await world.slack.waitFor(
    () => world.reports.announcements(address).find(({ text }) => /^Waiting/.test(text)),
    'the announcement that it waits',
    { timeoutMs: REPORTED_WITHIN_MS },
  );
  await proxy.listen(true);
  await world.reports.waitFor([address], REPORTED_WITHIN_MS);
  const committed = await readWhenReported(path, address);
  const facts = gatherFacts(world, address, { acknowledged, crashes: [], committed, network: 'nothing_sent' });
  countVerdict(tally, checkFacts(facts), acknowledged);
  tally.trials += 1;
}

/**
 * Slack's side: calls whose request or answer is broken off anywhere, some requests at a time. Each place is taken once, in the
 * order of the seed, before any comes again; about three thousand requests get through all of them. In between nobody listens.
 */
export async function breakSlack({ seed, requests }: { seed: number; requests: number }): Promise<Tally> {
  const tally = createTally('a broken connection to Slack');
  const startedAt = performance.now();
  const random = createSeededRandom(seed);
  const places = listSlackFaults();
  let left: NetworkFault[] = [];
  let taken = 0;
  const choose = (): NetworkFault | undefined => {
    if (random.next() < 0.5) return undefined;
    if (left.length === 0) left = [...places];
    taken += 1;
    return left.splice(random.between(0, left.length - 1), 1)[0];
  };
  const addresses = Array.from({ length: requests }, (_, number) => addressOf(String(seed), number));
  while (addresses.length > 0) {
    await withProxy('SLACK_API_URL', async (network) => {
      const some = addresses.splice(0, TRIALS_PER_WORLD);
      while (some.length > 0) await breakCalls(network, tally, some.splice(0, SLACK_REQUESTS_AT_ONCE), choose);
      noteProblems(network.world, tally);
    });
  }
  tally.name = `${tally.name}, at ${Math.min(taken, places.length)} of ${places.length} places`;
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

function listSlackFaults(): NetworkFault[] {
  const upTo = (length: number) => Array.from({ length }, (_, at) => at);
  return [
    ...upTo(MAX_SLACK_BYTES.request).map((at): NetworkFault => ({ kind: 'reset_request', at })),
    ...upTo(MAX_SLACK_BYTES.answer).map((at): NetworkFault => ({ kind: 'reset_answer', at })),
    ...upTo(MAX_SLACK_BYTES.answer).map((at): NetworkFault => ({ kind: 'end_answer', at })),
    ...GARBAGE.map((text): NetworkFault => ({ kind: 'garbage', bytes: Buffer.from(text, 'latin1') })),
    ...[1, 50].map((bytes): NetworkFault => ({ kind: 'drip', bytes, everyMs: 2 })),
    ...[0, 1, 200, 500].map((at): NetworkFault => ({ kind: 'hang_answer', at })),
    { kind: 'hang' },
  ];
}

async function breakCalls(
  { world, url, path, proxy }: Network,
  tally: Tally,
  addresses: string[],
  choose: () => NetworkFault | undefined,
): Promise<void> {
  const before = proxy.struck();
  proxy.setFault(choose);
  // A person whom Slack could not be asked about is told so, and presses the button again.
  const acknowledged = await Promise.all(addresses.map((address) => submitUntilAccepted(world, address, url)));
  await sleep(1_500);
  await proxy.listen(false);
  proxy.drop();
  await sleep(200);
  await proxy.listen(true);
  await sleep(1_500);
  proxy.setFault(undefined);
  await world.reports.waitFor(addresses, REPORTED_WITHIN_MS);
  // What was dropped in between counts for each of them.
  const struck = proxy.struck() - before + addresses.length;
  let repeats = 0;
  for (const [index, address] of addresses.entries()) {
    const committed = await readWhenReported(path, address, REPORTED_WITHIN_MS);
    const facts = gatherFacts(world, address, { acknowledged: acknowledged[index] ?? false, crashes: [], committed });
    const repeatedReplies = facts.replies.length - 1;
    const repeatedAnnouncements = facts.announcements.length - 1;
    repeats += repeatedReplies + repeatedAnnouncements;
    const verdict = checkFacts({
      ...facts,
      announcements: facts.announcements.slice(-1),
      replies: onlyOne(facts.replies),
    });
    countVerdict(tally, { ...verdict, repeatedReplies, repeatedAnnouncements }, acknowledged[index] ?? false);
    tally.trials += 1;
  }
  // A post that Slack took, but whose answer was lost, is made again: not more often than the network was broken.
  if (repeats > struck) tally.violations.push(`posted ${repeats} times too often, with ${struck} broken calls`);
}

/** Replies with the same words count once; others stay. */
function onlyOne<T extends { text: string }>(replies: T[]): T[] {
  return [...new Map(replies.map((reply) => [reply.text, reply])).values()];
}

async function submitUntilAccepted(world: FaultWorld, address: string, url: string): Promise<boolean> {
  for (let tries = 0; tries < 20; tries += 1) if (await world.submit(address, [url])) return true;
  return false;
}

async function withProxy(setting: string, work: (network: Network) => Promise<void>): Promise<void> {
  const world = await startFaultWorld();
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-faults-'));
  const path = join(folder, 'bot.db');
  const target = new URL(world.env[setting] ?? '');
  const proxy = await startFaultyProxy(Number(target.port));
  target.port = String(proxy.port);
  const bot = prepareBot({
    ...world.env,
    [setting]: target.href,
    COLDSEND_TIMEOUT_MS: String(COLDSEND_TIMEOUT_MS),
    DATABASE_URL: `sqlite:${path}`,
  });
  try {
    const started = await bot.start();
    if (started.kind !== 'ready') throw new Error(`the bot did not start:\n${bot.output()}`);
    await world.prepare(started.url);
    await work({ world, bot, url: started.url, path, proxy });
  } finally {
    bot.signal('SIGKILL');
    await bot.ended;
    await proxy.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many bytes a request and its answer have when nothing is broken. */
async function measure({ world, url, proxy }: Network, address: string, { script, outcome }: Answering) {
  if (script !== undefined) world.coldsend.answerNext(script, { forAddress: address });
  proxy.takeExchanges();
  await world.submit(address, [url]);
  await world.reports.waitFor([address], REPORTED_WITHIN_MS);
  const [connection] = proxy.takeExchanges();
  if (connection === undefined) throw new Error('nothing went through the proxy');
  return { ...connection, script, outcome };
}

/** 0, then each `every` bytes, and around the end. */
function steps(length: number, every: number): number[] {
  const regular = Array.from({ length: Math.ceil(length / every) }, (_, index) => index * every);
  return [...new Set([...regular, 1, length - 1, length])].sort((a, b) => a - b);
}
