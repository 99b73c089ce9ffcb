import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addGoogleInbox, GOOGLE_PASSWORD } from '../world/add-google-inbox.ts';
import { API_KEY, startWorld, type World } from '../world/start-bot.ts';

const PAGE = '<!DOCTYPE html><html><head><title>Attention Required!</title></head><body>Ray 7f</body></html>';

test('whoever answers in ColdSend’s place says nothing of the key, and makes nothing be sent again', async (context) => {
  const world = await startWorld(context, { withKey: false });
  const { coldsend, admin, member, channelId, slack } = world;

  await context.test('a key is stored unchecked, with words', async () => {
    coldsend.answerNext({ kind: 'raw', status: 403, headers: { 'Content-Type': 'text/html' }, body: PAGE });
    await admin.command('/add-inbox', { channelId });
    await admin.waitForModal(({ callbackId }) => callbackId === 'store_key');
    await admin.type('api_key', API_KEY);
    const { modal } = await admin.submit();
    assert.match(modal?.rendered ?? '', /could not check it\. A firewall or proxy answered in place of ColdSend/);
    await admin.close({ all: true });
  });

  let asked = 0;
  for (const status of [401, 403, 400, 503] as const) {
    await context.test(`a page with ${status}`, async () => {
      const address = `page${status}@acme.com`;
      coldsend.answerNext({ kind: 'raw', status, headers: { 'Content-Type': 'text/html' }, body: PAGE });
      await addGoogleInbox(member, { address, channelId });
      await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
      await member.close({ all: true });
      asked += 1;
      assert.equal(postsOf(world), asked);
      assert.match(await homeOf(world), /could not check it yet/);
    });
  }

  await context.test('the next inbox is added with the same key, which then is known to work', async () => {
    await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
    await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('ACTIVE'));
    await slack.waitFor(async () => (/It worked/.test(await homeOf(world)) ? true : undefined), 'the key to work');
  });

  await context.test('the log says what answered, and levels are words', () => {
    const lines = logOf(world).filter(({ message }) => /before ColdSend|went wrong/.test(String(message)));
    assert.deepEqual(
      lines.map(({ level, status }) => [level, status]),
      [403, 401, 403, 400, 503].map((status) => ['warn', status]),
    );
  });
});

test('why ColdSend and Slack can not be reached is in the log', async (context) => {
  const world = await startWorld(context, { env: { COLDSEND_API_URL: 'http://127.0.0.1:9/api' } });
  const { member, channelId, slack } = world;
  slack.failNext('chat.update', 'reset');
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await slack.waitForCall(({ method }) => method === 'chat.update');
  await world.bot.stop();
  const lines = logOf(world).filter(({ level, code }) => level === 'warn' && /^[A-Z_]+$/.test(String(code)));
  assert.ok(lines.some(({ outcome, code }) => outcome === 'not_done:no_connection' && code === 'ECONNREFUSED'));
  assert.ok(lines.some(({ method }) => method === 'chat.update'));
  assert.ok(!world.bot.output().includes(GOOGLE_PASSWORD));
});

function logOf({ bot }: World): Record<string, unknown>[] {
  return bot
    .output()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}

function postsOf({ coldsend }: World): number {
  return coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? {}) !== '{}').length;
}

async function homeOf({ admin }: World): Promise<string> {
  await admin.openHome();
  return admin.home().rendered;
}
