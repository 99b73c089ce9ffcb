import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createSealer } from '../../../src/storage/sealing/sealing.ts';
import { ACCOUNT_TO_ADD } from '../../add-inbox/request/sample-request.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld, type World } from '../world/start-bot.ts';

/** More than the bot works on at once. */
const BACKLOG = 300;

/** Places are what is scarce. */
const UNLIMITED = {
  env: { COLDSEND_RATE_LIMIT: '10000/60' },
  coldsend: { rateLimits: [{ requests: 10_000, seconds: 60 }] },
};

/** As many requests of these people, as if they had been submitted while the bot was down. */
async function fillBacklog({ databasePath, slack, channelId }: World, people: string[]): Promise<void> {
  const sealer = createSealer([{ id: 'k1', key: new Uint8Array(32).fill(42) }]);
  const database = await openDatabase(`sqlite:${databasePath}`, { sealer });
  await database.transaction(async (within) => {
    const requests = createRequestRepository({ db: within, sealer, owner: 'test', leaseMs: 1, now: Date.now });
    for (let n = 0; n < BACKLOG; n += 1) {
      const accepted = await requests.accept({
        id: `BACKLOG${n}`,
        teamId: slack.workspace.teamId,
        userId: people[n % people.length] ?? assert.fail(),
        viewId: `V${n}`,
        channelId,
        resultsChannelId: undefined,
        keyName: WORKSPACE,
        retryOf: undefined,
        account: { ...ACCOUNT_TO_ADD, email_address: `backlog-${n}@dead.example` },
        passwords: { smtp_password: 'abcdefghijklmnop', imap_password: 'abcdefghijklmnop' },
        responseUrl: undefined,
      });
      if (accepted.kind !== 'accepted') assert.fail();
      // Announced already: Slack takes one message a second in a channel.
      const announcement = { channelId, ts: `1.${n}`, surface: 'channel' } as const;
      await requests.advance(accepted.request, { state: 'announced', announcement }, { release: true });
    }
  });
  await database.close();
}

async function startWithBacklog(world: World, people: string[]): Promise<void> {
  await world.bot.stop('SIGKILL');
  await fillBacklog(world, people);
  world.coldsend.answerAlways({ kind: 'hang' });
  await world.restart();
}

function countSent({ coldsend }: World, address: string): number {
  return coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes(address)).length;
}

for (const [whose, count] of [
  ['one person', 1],
  ['ten people', 10],
] as const) {
  test(`what ColdSend never answers to ${whose} does not hold up the first inbox of another one`, async (context) => {
    const world = await startWorld(context, UNLIMITED);
    const { slack, coldsend, member, admin, channelId } = world;
    const people = [
      admin.userId,
      ...Array.from({ length: count - 1 }, (_, n) => slack.addPerson({ name: `p${n}` }).id),
    ];
    await startWithBacklog(world, people);
    await world.coldsend.waitFor(() => countSent(world, '@dead.example') >= 40);

    coldsend.answerNext({ kind: 'added' }, { forAddress: 'jane@acme.com' });
    await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
    await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    assert.ok(
      countSent(world, '@dead.example') <= (count === 1 ? 50 : 75),
      `${countSent(world, '@dead.example')} places were taken`,
    );
  });
}

test('what is beyond a share is sent once ColdSend is done with the rest', async (context) => {
  const world = await startWorld(context, { ...UNLIMITED, env: { ...UNLIMITED.env, COLDSEND_TIMEOUT_MS: '2000' } });
  const { slack, coldsend, admin } = world;
  // Slack takes one message a second in a channel, and the other one is busy with what becomes of the backlog.
  const { id: channelId } = slack.addChannel({ name: 'quiet', members: [admin.userId], withBot: true });
  await startWithBacklog(world, [admin.userId]);
  await coldsend.waitFor(() => countSent(world, '@dead.example') >= 40);
  await addGoogleInbox(admin, { address: 'more@acme.com', channelId });
  assert.equal(countSent(world, 'more@acme.com'), 0);
  coldsend.answerAlways(undefined);
  await coldsend.waitFor(
    () => countSent(world, '@dead.example') === BACKLOG && countSent(world, 'more@acme.com') === 1,
  );
});
