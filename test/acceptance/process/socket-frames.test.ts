import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startWorld } from '../world/start-bot.ts';

const PAYLOAD_SECRET = 'what-a-frame-carries';

test('over Socket Mode, no frame ends the bot or its connection', async (context) => {
  const { slack, bot, member, channelId } = await startWorld(context, { transport: 'socket', withKey: false });
  const opened = () => slack.ledger.calls.filter(({ method }) => method === 'apps.connections.open').length;
  const openedBefore = opened();
  let ids = 0;

  const dropped: { name: string; frame: string | Buffer; why: string }[] = [
    { name: 'null', frame: 'null', why: 'not_an_object' },
    { name: 'a number', frame: '17', why: 'not_an_object' },
    { name: 'a text', frame: `"${PAYLOAD_SECRET}"`, why: 'not_an_object' },
    { name: 'an array', frame: '[{"type":"hello"}]', why: 'not_an_object' },
    { name: 'no JSON', frame: `{"type":"${PAYLOAD_SECRET}`, why: 'not_json' },
    { name: 'nothing', frame: '', why: 'not_json' },
    { name: 'binary', frame: Buffer.from([0, 255, 1]), why: 'binary' },
    { name: 'JSON in binary', frame: Buffer.from('{"type":"disconnect"}'), why: 'binary' },
    { name: 'an empty object', frame: '{}', why: 'without_envelope_id' },
    { name: 'an event without an envelope id', frame: '{"type":"events_api"}', why: 'without_envelope_id' },
    { name: 'an envelope id that is no text', frame: '{"type":"x","envelope_id":7}', why: 'without_envelope_id' },
    { name: 'what the SDK calls its own events', frame: '{"type":"ws_message"}', why: 'without_envelope_id' },
    { name: 'arrays a hundred thousand deep', frame: `${'['.repeat(1e5)}${']'.repeat(1e5)}`, why: 'not_an_object' },
  ];
  for (const { name, frame, why } of dropped) {
    await context.test(`${name} is noted and dropped`, async () => {
      const noted = countNoted(why);
      await slack.sendFrame(frame);
      await checkAlive();
      assert.equal(countNoted(why), noted + 1);
    });
  }

  const deep = `${'{"a":'.repeat(1e4)}1${'}'.repeat(1e4)}`;
  const acknowledged: { name: string; envelope: string; why: string }[] = [
    { name: 'no payload', envelope: '"type":"events_api"', why: 'without_payload' },
    { name: 'a payload that is null', envelope: '"type":"events_api","payload":null', why: 'without_payload' },
    { name: 'a payload that is a list', envelope: '"type":"interactive","payload":[1]', why: 'without_payload' },
    { name: 'no type', envelope: '"payload":{}', why: 'not_taken' },
    { name: 'a type that is an object', envelope: '"type":{"toString":1},"payload":{}', why: 'not_taken' },
    { name: 'a type nobody knows', envelope: '"type":"later","payload":{"type":"later"}', why: 'not_taken' },
    { name: 'no event', envelope: '"type":"events_api","payload":{"type":"event_callback"}', why: 'not_taken' },
    {
      name: 'the limit of events',
      envelope: '"type":"events_api","payload":{"type":"app_rate_limited","minute_rate_limited":1}',
      why: 'app_rate_limited',
    },
    { name: 'an event that is null', envelope: '"type":"events_api","payload":{"event":null}', why: 'not_taken' },
    { name: 'an event that is a text', envelope: '"type":"events_api","payload":{"event":"x"}', why: 'not_taken' },
    { name: 'an interaction of nobody', envelope: '"type":"interactive","payload":{"actions":[]}', why: 'not_taken' },
    {
      name: 'a submission of nothing',
      envelope: '"type":"interactive","payload":{"type":"view_submission"}',
      why: 'not_taken',
    },
    { name: 'something very deep', envelope: `"type":"events_api","payload":{"x":${deep}}`, why: 'not_taken' },
    { name: 'something very long', envelope: `"type":"x","payload":{"x":"${'x'.repeat(4e6)}"}`, why: 'not_taken' },
    {
      name: 'an odd retry',
      envelope: '"type":"events_api","payload":{},"retry_attempt":"x","retry_reason":{}',
      why: 'not_taken',
    },
  ];
  for (const { name, envelope, why } of acknowledged) {
    await context.test(`an envelope with ${name} is acknowledged, noted and dropped`, async () => {
      const noted = countNoted(why);
      ids += 1;
      assert.ok(await slack.sendFrame(`{"envelope_id":"odd-${ids}",${envelope}}`, `odd-${ids}`), 'acknowledged');
      await checkAlive();
      assert.equal(countNoted(why), noted + 1);
    });
  }

  for (const type of ['disconnected', 'connected', 'close', 'error', 'ws_message', 'slack_event', '__proto__']) {
    await context.test(`an event called ${type} is taken as an event`, async () => {
      ids += 1;
      const payload = { type: 'event_callback', team_id: slack.workspace.teamId, event: { type } };
      const frame = { type: 'events_api', envelope_id: `named-${ids}`, payload };
      assert.ok(await slack.sendFrame(JSON.stringify(frame), `named-${ids}`), 'acknowledged');
      await checkAlive();
    });
  }

  await context.test('a hello without anything in it changes nothing', async () => {
    await slack.sendFrame('{"type":"hello"}');
    await checkAlive();
  });

  await context.test('a disconnect without anything in it is followed by a new connection', async () => {
    const before = opened();
    await slack.sendFrame('{"type":"disconnect"}');
    await slack.waitFor(() => (opened() > before ? true : undefined), 'the bot to ask for a new connection');
    await slack.waitForSockets();
    assert.equal((await member.command('/add-inbox help', { channelId })).status, 'ok');
  });

  assert.ok(!bot.output().includes(PAYLOAD_SECRET));
  assert.deepEqual(slack.problems, []);

  async function checkAlive(): Promise<void> {
    const { status, ephemeral } = await member.command('/add-inbox help', { channelId });
    assert.equal(status, 'ok');
    assert.match(ephemeral?.text ?? '', /opens a form/);
    assert.equal(opened(), openedBefore, 'over the same connection');
    assert.equal((await fetch(`${bot.url}/readyz`)).status, 200);
  }

  function countNoted(why: string): number {
    return bot.output().split(`"code":"${why}"`).length - 1;
  }
});
