import { setTimeout as sleep } from 'node:timers/promises';
import type { DisconnectReason, Fault, Person } from '../../playground/local-slack/local-slack.ts';
import { API_KEY } from '../../test/acceptance/world/start-bot.ts';
import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { checkFacts } from '../judging/check-facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { judgeGrowth } from '../judging/judge-growth.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { countDeath, countOne, countVerdict, createTally, type Tally } from '../judging/tally.ts';
import type { Usage } from '../world/fault-points.ts';
import { addressOf, type FaultWorld, passwordFor, spell, startFaultWorld } from '../world/fault-world.ts';
import { readAllWhenReported } from '../world/read-committed.ts';
import { type Replicas, startReplicas } from '../world/replicas.ts';
import { createSeededRandom, type SeededRandom } from '../world/seeded-random.ts';

const PARTS = 4;

/** The longest wait between two tries to connect is 15 s, and Slack may let a try hang for 10 s. */
const CONNECTED_WITHIN_MS = 40_000;

/** After a connection that did not last for 2 s, the bot waits longer and longer before the next. */
const STABLE_AFTER_MS = 2_100;

const REPORTED_WITHIN_MS = 30_000;

/** One that is used, one that is about to be closed, and one that is being made. */
const SOCKETS_PER_REPLICA = 3;

/** What a fault makes each replica write: that it is down and up, that a try failed, a ping that did not come back. */
const LOG_LINES_PER_FAULT = 30;

const GARBAGE = [
  'null',
  '17',
  '{"type":',
  '{"type":"events_api"}',
  '[]',
  '{"type":"hello"}',
  '{"type":"disconnected"}',
];

/** For asking for the address of a connection. */
const REFUSALS: readonly [Fault, ...Fault[]] = [
  { status: 500 },
  { retryAfter: 1 },
  { error: 'invalid_auth' },
  { error: 'internal_error' },
  { text: 'no JSON' },
  'reset',
];

/** For opening the connection at that address. */
const FAILED_UPGRADES: readonly [Fault, ...Fault[]] = [
  { status: 500 },
  { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
  { retryAfter: 1 },
  { text: 'SSH-2.0-OpenSSH_9.9\r\n' },
  { text: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: no\r\n\r\n' },
  { answerAfterMs: 1_000 },
  'reset',
  'resetAfterTaking',
];

/** The bot waits for these as long as it may. */
const HANGING_UPGRADES: readonly [Fault, ...Fault[]] = [
  'hang',
  'hangAfterTaking',
  { text: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso' },
];

type World = { world: FaultWorld; replicas: Replicas; person: Person; random: SeededRandom; tally: Tally };

/**
 * Socket Mode at length: Slack replaces the connections every few seconds, breaks them, lets them hang and gives no new ones,
 * while people use the bot. Where Slack warns before it closes, nothing may get lost; where it does not, what it was told is.
 */
export async function strikeSockets(options: {
  postgres: TestPostgres;
  seed: number;
  replicas: number;
  seconds: number;
}): Promise<Tally> {
  const tally = createTally(`faults of Socket Mode, replicas: ${options.replicas}`);
  const startedAt = performance.now();
  const world = await startFaultWorld({ slack: { socketPingMs: 100, eventRetryMs: [0, 500, 2_000] } });
  const { SLACK_SIGNING_SECRET: _secret, ...env } = world.env;
  const replicas = await startReplicas(
    { ...world, env: { ...env, SLACK_APP_TOKEN: world.slack.app.appToken } },
    await options.postgres.createDatabase(),
    { count: options.replicas },
  );
  try {
    await world.slack.waitForSockets(options.replicas);
    await world.prepare(undefined);
    const person = world.slack.as(world.slack.addPerson({ name: 'sam' }).id);
    const random = createSeededRandom(options.seed);
    await runParts({ world, replicas, person, random, tally }, options);
    noteProblems(world, tally);
    if (tally.lateAnswers > 0) tally.violations.push(`${tally.lateAnswers} not acknowledged within 3 s`);
  } finally {
    await replicas.close();
    await world.close();
  }
  tally.violations = tally.violations.map((violation) => `seed ${options.seed}: ${violation}`);
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

async function runParts(given: World, { seed, seconds }: { seed: number; seconds: number }): Promise<void> {
  const { replicas, tally } = given;
  const usages: Usage[][] = replicas.list.map(() => []);
  const told = new Map<string, boolean>();
  for (let part = 0; part < PARTS; part += 1) {
    const until = performance.now() + (seconds * 1000) / PARTS;
    do {
      await runRound(given, told, () => addressOf(String(seed), told.size));
      tally.trials += 1;
    } while (performance.now() < until);
    await judgeRequests(given, told);
    await given.world.slack
      .waitFor(() => given.world.slack.refusedSocketCount() === 0 || undefined, 'none', {
        timeoutMs: CONNECTED_WITHIN_MS,
      })
      .catch(() => tally.violations.push('sockets that Slack refused stay open'));
    for (const [index, { bot }] of replicas.list.entries()) usages[index]?.push(await bot.measure());
  }
  for (const [index, { bot }] of replicas.list.entries()) {
    tally.violations.push(...judgeGrowth(usages[index] ?? []), ...judgeLog(given, bot.output(), [...told.keys()]));
  }
}

/** One fault, and people who use the bot before, while and after it strikes. */
async function runRound(given: World, told: Map<string, boolean>, nextAddress: () => string): Promise<void> {
  const { world, replicas, person, random, tally } = given;
  const isWarned = random.next() < 0.6;
  const { name, lastsMs } = isWarned ? warn(given) : strike(given);
  countDeath(tally, name);
  const missed = (what: string, isDone: boolean): void => {
    if (isWarned && !isDone) tally.violations.push(`${name}: ${what} got lost`);
  };
  const submit = async (address: string): Promise<void> => {
    told.set(address, false);
    await sleep(random.between(0, lastsMs));
    const isAccepted = await world.submit(address, []);
    told.set(address, isAccepted);
    missed(`${address} (${howDelivered(given, address)})`, isAccepted);
  };
  const command = async (): Promise<void> => {
    await sleep(random.between(0, lastsMs));
    missed('a command', (await person.command('/add-inbox help')).status === 'ok');
  };
  const home = async (): Promise<void> => {
    const event = { type: 'app_home_opened', user: person.userId, tab: 'home', channel: 'D0', event_ts: '1.1' };
    const attempts = await world.slack.sendEvent(world.slack.workspace.teamId, event);
    missed('an event', attempts.at(-1)?.outcome === 'ok');
  };
  const submitted = Array.from({ length: random.between(1, 3) }, () => submit(nextAddress()));
  await Promise.all([...submitted, command(), command(), home(), countSockets(given, lastsMs)]);
  world.slack.heal();
  const count = replicas.list.length;
  const isBack = () => (world.slack.socketCount() === count ? true : undefined);
  await world.slack
    .waitFor(isBack, `${count} connections`, { timeoutMs: CONNECTED_WITHIN_MS })
    .catch(() => tally.violations.push(`${name}: ${world.slack.socketCount()} connections in the end`));
  await sleep(STABLE_AFTER_MS);
}

function howDelivered({ world: { slack } }: World, address: string): string {
  const found = slack.ledger.deliveries.findLast(({ payload }) => JSON.stringify(payload).includes(address));
  return found === undefined ? 'never' : `${found.outcome} by ${found.to || 'nobody'} after ${Math.round(found.ms)} ms`;
}

/** Slack closes one or all connections a while after it said so; the first tries to get another one may fail. */
function warn({ world: { slack }, random }: World): { name: string; lastsMs: number } {
  const step = random.pick([undefined, undefined, 'apps.connections.open', 'websocket']);
  if (step !== undefined) slack.failNext(step, random.pick(step === 'websocket' ? FAILED_UPGRADES : REFUSALS));
  for (const frame of GARBAGE) if (random.next() < 0.3) void slack.sendFrame(frame);
  const reason = random.pick<DisconnectReason>(['warning', 'refresh_requested']);
  const closeAfterMs = step === undefined ? random.between(1_500, 2_500) : 4_000;
  slack.disconnectSockets(reason, { closeAfterMs, ...chooseSome(random) });
  return { name: `${reason}${step === undefined ? '' : `, ${step} fails at first`}`, lastsMs: closeAfterMs + 200 };
}

/** What Slack does not warn of in time. */
function strike(given: World): { name: string; lastsMs: number } {
  const { slack } = given.world;
  const { random } = given;
  const some = chooseSome(random);
  failToConnect(given);
  const name = random.pick(['cut', 'cut', 'hang', 'refresh_requested', 'too_many_websockets', 'link_disabled']);
  switch (name) {
    case 'cut':
      slack.cutSockets(some);
      return { name, lastsMs: 1_500 };
    case 'hang': {
      const forMs = random.between(3_000, 9_000);
      slack.hangSockets(forMs, some);
      return { name, lastsMs: forMs + 200 };
    }
    case 'link_disabled':
      slack.failNext('apps.connections.open', { error: 'not_allowed_token_type' }, 2);
      slack.disconnectSockets(name);
      return { name, lastsMs: 1_500 };
    default:
      slack.disconnectSockets(name === 'refresh_requested' ? name : 'too_many_websockets', some);
      return { name: `${name}, closed at once`, lastsMs: 1_500 };
  }
}

/** Some of the tries to get the next connection fail, at either of their two steps. */
function failToConnect({ world: { slack }, random, tally }: World): void {
  const chance = random.next();
  if (chance >= 0.75) return;
  const step = random.pick(['apps.connections.open', 'websocket']);
  const isHanging = chance < 0.1;
  const hanging: readonly [Fault, ...Fault[]] = step === 'websocket' ? HANGING_UPGRADES : ['hang'];
  const fault = random.pick(isHanging ? hanging : step === 'websocket' ? FAILED_UPGRADES : REFUSALS);
  slack.failNext(step, fault, isHanging ? 1 : random.between(1, 3));
  countOne(tally.diedAt, `then ${step} ${isHanging ? 'hangs' : 'fails'}`);
}

function chooseSome(random: SeededRandom): { only?: number } {
  return random.next() < 0.5 ? {} : { only: random.between(0, 9) };
}

async function countSockets({ world, replicas, tally }: World, forMs: number): Promise<void> {
  const most = replicas.list.length * SOCKETS_PER_REPLICA;
  for (const until = performance.now() + forMs; performance.now() < until; await sleep(20)) {
    const count = world.slack.socketCount();
    if (count > most) return void tally.violations.push(`${count} connections at once`);
  }
}

/** What was acknowledged is there, whatever is there is reported, and is at ColdSend once. */
async function judgeRequests({ world, replicas, tally }: World, told: Map<string, boolean>): Promise<void> {
  const known = await replicas.read();
  const due = [...told].filter(([address, isTold]) => isTold || known.has(address)).map(([address]) => address);
  const say = (error: unknown): void => void tally.violations.push(String(error));
  await world.reports.waitFor(due, REPORTED_WITHIN_MS).catch(say);
  const rows = await readAllWhenReported(replicas.read, due, REPORTED_WITHIN_MS);
  for (const [address, acknowledged] of [...told].slice(tally.requests)) {
    const facts = gatherFacts(world, address, { acknowledged, crashes: [], committed: rows.get(address) });
    countVerdict(tally, checkFacts(facts), acknowledged);
  }
}

function judgeLog({ world: { slack }, tally }: World, output: string, addresses: string[]): string[] {
  const lines = output.split('\n').filter((line) => !line.startsWith('fault: '));
  const secrets = [
    API_KEY,
    slack.app.appToken,
    slack.installation.botToken,
    'ticket=',
    ...addresses.map(passwordFor).flatMap(spell),
  ];
  const log = lines.join('\n');
  const violations = secrets.filter((secret) => log.includes(secret)).map((secret) => `the log has ${secret}`);
  if (lines.length > tally.trials * LOG_LINES_PER_FAULT) violations.push(`${lines.length} lines in the log`);
  return violations;
}
