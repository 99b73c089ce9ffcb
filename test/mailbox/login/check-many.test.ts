import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import type { LoginVerdict } from '../../../src/add-inbox/account/login-verdict.ts';
import type { MailboxLogin } from '../../../src/mailbox/login/check-login.ts';
import { createCheckMany, MANY_SLOT_LIMITS } from '../../../src/mailbox/login/check-many.ts';
import { createHostSlots } from '../../../src/mailbox/login/host-slots.ts';

const WORKS: LoginVerdict = { smtp: { kind: 'works' }, imap: { kind: 'works' } };
const WRONG: LoginVerdict = { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'wrong_login' } };
const NO_HOST: LoginVerdict = { smtp: { kind: 'refused', reason: 'no_such_host' }, imap: { kind: 'works' } };
const OVER_BUDGET = { kind: 'unknown', reason: 'over_budget' };
const ASKER = { teamId: 'T1', userId: 'U1' };

function loginAt(host: string, user = 'jane'): MailboxLogin {
  const half = { host, port: 465, user, password: 'p' };
  return { smtp: half, imap: half };
}

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

function setUp(check: (login: MailboxLogin) => Promise<LoginVerdict>) {
  const world = {
    running: 0,
    most: 0,
    budget: Number.POSITIVE_INFINITY,
    skipped: [] as string[],
    progress: [] as string[],
  };
  const abort = new AbortController();
  const checkMany = createCheckMany({
    check: async (login) => {
      world.running += 1;
      world.most = Math.max(world.most, world.running);
      const verdict = await check(login);
      world.running -= 1;
      return verdict;
    },
    slots: createHostSlots(() => 0, MANY_SLOT_LIMITS),
    budgets: { take: () => --world.budget >= 0 },
    onSkipped: (half, reason) => void world.skipped.push(`${half} ${reason}`),
  });
  const onProgress = (done: number, total: number) => void world.progress.push(`${done}/${total}`);
  return {
    world,
    abort,
    run: (logins: MailboxLogin[]) => checkMany(ASKER, logins, { onProgress, signal: abort.signal }),
  };
}

const times = (count: number, of: (index: number) => MailboxLogin) =>
  Array.from({ length: count }, (_, index) => of(index));

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

test('the verdicts are in the order of the logins, and each is told as progress', async () => {
  const { world, run } = setUp(async ({ smtp }) => (smtp.user === 'wrong' ? WRONG : WORKS));
  const verdicts = await run([loginAt('a'), loginAt('a', 'wrong'), loginAt('b')]);
  assert.deepEqual(verdicts, [WORKS, WRONG, WORKS]);
  assert.deepEqual(world.progress, ['0/3', '1/3', '2/3', '3/3']);
  assert.deepEqual(await run([]), []);
});

test('ten mailboxes are checked at once, four at a server, and servers take turns', async () => {
  const { world, run } = setUp(() => pause().then(() => WORKS));
  await run(times(50, (index) => loginAt(`host${index}`)));
  assert.equal(world.most, 10);
  const one = setUp(() => pause().then(() => WORKS));
  await one.run(times(50, () => loginAt('host')));
  assert.equal(one.world.most, 4);
  const checked: string[] = [];
  const turns = setUp(async ({ smtp }) => {
    checked.push(smtp.host);
    await pause();
    return WORKS;
  });
  await turns.run([...times(30, () => loginAt('large')), loginAt('small')]);
  assert.ok(checked.indexOf('small') < 6, checked.join());
});

test('a server that refuses five in a row is left alone, however it is written; others are not', async () => {
  let asked = 0;
  const { world, run } = setUp(async ({ smtp }) => {
    if (smtp.host === 'fine') return WORKS;
    asked += 1;
    return WRONG;
  });
  const verdicts = await run([...times(30, (index) => loginAt(index % 2 ? 'Bad' : 'bad')), loginAt('fine')]);
  assert.ok(asked >= 5 && asked <= 8, `${asked} logins`);
  assert.deepEqual(verdicts[29]?.smtp, { kind: 'unknown', reason: 'host_paused' });
  assert.deepEqual(verdicts[30], WORKS);
  assert.equal(world.skipped.filter((each) => each === 'imap host_paused').length, 30 - asked);
});

test('a refusal that costs the bot nothing at a server, or a success in between, pauses none', async () => {
  const { run } = setUp(async () => NO_HOST);
  assert.deepEqual(await run(times(20, () => loginAt('gone'))), Array(20).fill(NO_HOST));
  let asked = 0;
  const mixed = setUp(async () => (++asked % 4 === 0 ? WORKS : WRONG));
  await mixed.run(times(20, () => loginAt('mixed')));
  assert.equal(asked, 20);
});

test('what is over the budget is not checked, and says so', async () => {
  const { world, run } = setUp(async () => WORKS);
  world.budget = 3;
  const verdicts = await run(times(5, (index) => loginAt(`host${index}`)));
  assert.deepEqual(
    verdicts.map(({ smtp }) => smtp.kind),
    ['works', 'works', 'works', 'unknown', 'unknown'],
  );
  assert.deepEqual([verdicts[4]?.imap, world.skipped.length], [OVER_BUDGET, 4]);
});

for (const [what, end] of [
  ['after two minutes', () => mock.timers.tick(120_000)],
  ['once nobody wants it', (abort) => abort.abort()],
] satisfies [string, (abort: AbortController) => void][]) {
  test(`${what}, it answers with what it knows, starts nothing more and tells no progress`, async () => {
    let asked = 0;
    const hang = Promise.withResolvers<LoginVerdict>();
    const { world, abort, run } = setUp(({ smtp }) => {
      asked += 1;
      return smtp.user === 'hangs' ? hang.promise : Promise.resolve(WORKS);
    });
    const running = run([loginAt('a'), ...times(20, (index) => loginAt(`host${index}`, 'hangs'))]);
    await pause();
    end(abort);
    const verdicts = await running;
    assert.deepEqual(
      verdicts.map(({ smtp }) => smtp.kind),
      ['works', ...Array(20).fill('unknown')],
    );
    hang.resolve(WRONG);
    await pause();
    assert.deepEqual([asked, world.progress.at(-1)], [11, '1/21']);
    assert.deepEqual(verdicts[20]?.smtp, OVER_BUDGET);
    abort.abort();
    assert.deepEqual((await run([loginAt('late')]))[0]?.smtp, OVER_BUDGET);
    assert.equal(asked, 11);
  });
}
