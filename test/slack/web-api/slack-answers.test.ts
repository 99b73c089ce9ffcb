import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StartError } from '../../../src/operations/operator-error.ts';
import { identifyBot } from '../../../src/slack/install/identify-bot.ts';
import { createUserGroups } from '../../../src/slack/permissions/user-groups.ts';
import { createDelivery } from '../../../src/slack/thread/delivery.ts';
import { createCheckChannel } from '../../../src/slack/web-api/check-channel.ts';
import {
  createSlackApis,
  isRefusal,
  NotOpenedError,
  type SlackApi,
  SlackRefusedError,
  SlackUnavailableError,
} from '../../../src/slack/web-api/slack-api.ts';
import { isPostingRefused, isTokenDead } from '../../../src/slack/web-api/slack-errors.ts';
import { tryPatiently } from '../../../src/slack/web-api/try-patiently.ts';
import { sampleRequest } from '../../add-inbox/request/sample-request.ts';

type Answer = { body: string; status?: number; headers?: Record<string, string> } | Error;

/** The API over a Slack that gives these answers, one for each call, the last one for all that follow. */
function setUp(...answers: Answer[]) {
  const calls: { method: string; args: URLSearchParams }[] = [];
  const apiOf = createSlackApis({
    apiUrl: 'https://slack.test/api/',
    onCall: () => {},
    fetch: async (url, init) => {
      calls.push({ method: String(url).replace(/^.*\//, ''), args: new URLSearchParams(String(init?.body)) });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer === undefined || answer instanceof Error) throw answer;
      const { body, status = 200, headers = {} } = answer;
      const response = new Response(body, { status, headers });
      return {
        ok: response.ok,
        status,
        statusText: '',
        url: String(url),
        headers: response.headers,
        arrayBuffer: () => response.arrayBuffer(),
        json: () => response.json(),
        text: () => response.text(),
      };
    },
  });
  return { api: apiOf('x'), calls };
}

const MESSAGE = { text: 'x', blocks: [] };

const refusal = (error: string, headers?: Record<string, string>): Answer => ({
  body: JSON.stringify({ ok: false, error }),
  ...(headers && { headers }),
});

const UNREADABLE = [
  ...[
    '',
    'null',
    '17',
    '"channel_not_found"',
    '[]',
    '{}',
    '{"ok":true}',
    '{"ok":"yes","channel":"C1"}',
    '{"ok":false}',
  ],
  ...['<!doctype html><title>channel_not_found</title>', '{"channel":"C1","ts":"1.1"}', '{"ok":false,"error":null}'],
  ...['{"ok":false,"error":{"code":"is_archived"}}', '{"ok":false,"error":["not_in_channel"]}', '{"ok":false,'],
  ...['{"ok":false,"error":"Channel Not Found"}', `{"ok":false,"error":"${'x'.repeat(65)}"}`],
];

/** From chat.postMessage's documented errors. */
const PLACE = [
  ...['not_in_channel', 'channel_not_found', 'is_archived', 'is_inactive', 'ekm_access_denied', 'thread_not_found'],
  ...['cannot_reply_to_message', 'messages_tab_disabled', 'restricted_action', 'restricted_action_read_only_channel'],
  ...['restricted_action_thread_only_channel', 'restricted_action_non_threadable_channel'],
  ...['restricted_action_thread_locked', 'restricted_action_of_tomorrow'],
];

const NOT_THE_PLACE = [
  ...['ratelimited', 'rate_limited', 'message_limit_exceeded', 'team_added_to_org', 'org_login_required'],
  ...['accesslimited', 'service_unavailable', 'internal_error', 'fatal_error', 'request_timeout', 'token_revoked'],
  ...[
    'account_inactive',
    'missing_scope',
    'not_authed',
    'invalid_blocks',
    'msg_too_long',
    'quantum_flux_2',
    'no_permission',
  ],
];

test('an answer that can not be read says nothing but that the call is to be made again', async () => {
  for (const body of UNREADABLE) {
    const { api } = setUp({ body });
    await assert.rejects(api.postMessage('C1', MESSAGE), SlackUnavailableError, body);
  }
});

test('how long Slack asks to wait is heeded with whatever answer it says so', async () => {
  const cases: [Answer, number | undefined][] = [
    [refusal('rate_limited', { 'retry-after': '30' }), 30_000],
    [refusal('message_limit_exceeded', { 'retry-after': '0' }), 1_000],
    [{ body: 'down', status: 503, headers: { 'retry-after': '90000' } }, 3_600_000],
    [{ body: 'down', status: 503, headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } }, undefined],
    [{ body: 'down', status: 502 }, undefined],
    [{ body: '', status: 429 }, undefined],
  ];
  for (const [answer, waitMs] of cases) {
    const { api } = setUp(answer);
    await assert.rejects(
      api.postMessage('C1', MESSAGE),
      (error) => error instanceof SlackUnavailableError && error.retryAfterMs === waitMs,
    );
  }
});

const NEW = sampleRequest({ announcement: undefined });
const TOLD = sampleRequest({
  outcome: { kind: 'expired' },
  announcement: { channelId: 'C1', ts: '1.1', surface: 'channel' },
});

/** Delivers to a Slack that refuses every message in the channel, and takes those in the DM. */
function deliverTo(code: string) {
  const posted: string[] = [];
  const api: Partial<SlackApi> = {
    postMessage: async (channelId) => {
      posted.push(channelId);
      if (channelId !== NEW.userId) throw new SlackRefusedError('chat.postMessage', code);
      return { channelId: 'D1', ts: '2.1' };
    },
    updateMessage: async () => Promise.reject(new SlackRefusedError('chat.update', code)),
    updateView: async () => Promise.reject(new SlackRefusedError('views.update', code)),
    whileStillOurs: () => api as SlackApi,
  };
  const delivery = createDelivery({
    apiOf: async () => api as SlackApi,
    explainDm: async () => {},
    onIgnored: () => {},
  });
  return { delivery, posted };
}

test('only a refusal that speaks of the place moves the thread to the DM', async () => {
  for (const code of PLACE) {
    assert.ok(isPostingRefused(code), code);
    const { delivery } = deliverTo(code);
    const announced = await delivery.announce(NEW, () => true);
    assert.deepEqual(
      announced,
      { kind: 'announced', announcement: { channelId: 'D1', ts: '2.1', surface: 'dm' } },
      code,
    );
    assert.equal((await delivery.reply(TOLD, () => true)).kind, 'moved', code);
  }
  for (const code of NOT_THE_PLACE) {
    const { delivery, posted } = deliverTo(code);
    const later = { kind: 'later', retryAfterMs: undefined };
    assert.deepEqual(await delivery.announce(NEW, () => true), later, code);
    assert.deepEqual(await delivery.reply(TOLD, () => true), later, code);
    assert.deepEqual(await delivery.announce(TOLD, () => true), later, `${code}: the announcement may still stand`);
    const refreshed = isTokenDead(code) ? { kind: 'refreshed' } : later;
    assert.deepEqual(await delivery.refresh(TOLD, () => true), refreshed, code);
    assert.ok(!posted.includes(NEW.userId), code);
  }
});

test('a message that can not be changed any more, and a form that was closed, are left as they are', async () => {
  for (const code of ['message_not_found', 'cant_update_message', 'edit_window_closed', ...PLACE]) {
    const api: Partial<SlackApi> = {
      updateMessage: async () => Promise.reject(new SlackRefusedError('chat.update', code)),
      updateView: async () => Promise.reject(new SlackRefusedError('views.update', 'not_found')),
      whileStillOurs: () => api as SlackApi,
    };
    const refreshing = createDelivery({
      apiOf: async () => api as SlackApi,
      explainDm: async () => {},
      onIgnored: () => {},
    });
    assert.deepEqual(await refreshing.refresh(TOLD, () => true), { kind: 'refreshed' }, code);
  }
});

test('a channel is said to be closed only where Slack says so', async () => {
  for (const code of [...PLACE, ...NOT_THE_PLACE]) {
    const { api } = setUp(refusal(code));
    // A channel that the bot is not in can be seen, and posted to where it is a public one.
    const expected = code === 'not_in_channel' ? 'ok' : PLACE.includes(code) ? 'cannot_post' : 'slack_silent';
    assert.equal(await createCheckChannel(api)('C1'), expected, code);
  }
  assert.equal(await createCheckChannel(setUp(refusal('message_not_found')).api)('C1'), 'ok');
  assert.equal(await createCheckChannel(setUp({ body: '<html>' }).api)('C1'), 'slack_silent');
});

test('a user group has nobody in it only where Slack says that it is gone', async () => {
  for (const code of [
    'no_such_subteam',
    'missing_scope',
    'permission_denied',
    'paid_teams_only',
    'plan_upgrade_required',
  ]) {
    assert.deepEqual(await createUserGroups(() => 0).lookUp(setUp(refusal(code)).api, 'T1', ['S1'], 'U1'), [], code);
  }
  for (const code of ['rate_limited', 'quantum_flux_2', 'org_login_required']) {
    await assert.rejects(
      createUserGroups(() => 0).lookUp(setUp(refusal(code)).api, 'T1', ['S1'], 'U1'),
      SlackRefusedError,
    );
  }
});

test('the bot starts once Slack takes its token, and gives up only where it never will', async () => {
  const identity = { body: JSON.stringify({ ok: true, team_id: 'T1', user_id: 'U1', bot_id: 'B1' }) };
  const { api } = setUp(refusal('rate_limited'), { body: '<html>' }, refusal('team_added_to_org'), identity);
  const { teamId, isOrgWide } = await identifyBot(api, async () => {});
  assert.deepEqual([teamId, isOrgWide], ['T1', false]);
  for (const code of ['invalid_auth', 'account_inactive', 'not_allowed_token_type', 'team_access_not_granted']) {
    await assert.rejects(
      identifyBot(setUp(refusal(code)).api, async () => {}),
      StartError,
      code,
    );
  }
});

test('a token of a whole organization is known by its flag, or by its id', async () => {
  for (const answer of [{ team_id: 'E1' }, { team_id: 'T1', is_enterprise_install: true }]) {
    const { api } = setUp({ body: JSON.stringify({ ok: true, user_id: 'U1', bot_id: 'B1', ...answer }) });
    assert.equal((await api.authTest()).isOrgWide, true);
  }
});

const VIEW = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'x' }, blocks: [] };
const OPENED = { body: JSON.stringify({ ok: true, view: { id: 'V1', hash: 'h' } }) };

test('what was opened while its answer was lost is found by the name it was given', async () => {
  for (const method of ['openView', 'pushView'] as const) {
    for (const lost of [new Error('reset'), { body: '<html>' }, refusal('internal_error'), { body: '', status: 503 }]) {
      const { api, calls } = setUp(lost, OPENED);
      assert.deepEqual(await api[method]('trigger', VIEW), { id: 'V1', hash: 'h' });
      const [opening, finding] = calls;
      assert.deepEqual([calls.length, finding?.method], [2, 'views.update']);
      const name = finding?.args.get('external_id');
      assert.match(name ?? '', /^[\w-]{36}$/);
      assert.equal(JSON.parse(opening?.args.get('view') ?? '').external_id, name);
      assert.equal(finding?.args.get('view'), opening?.args.get('view'));
    }
  }
});

test('whether a view is not open is certain only where Slack says so', async () => {
  const cases: { answers: Answer[]; isCertain: boolean; calls: number }[] = [
    { answers: [refusal('expired_trigger_id')], isCertain: true, calls: 1 },
    { answers: [{ body: '', status: 429, headers: { 'retry-after': '1' } }], isCertain: true, calls: 1 },
    { answers: [new Error('reset'), refusal('not_found')], isCertain: true, calls: 2 },
    { answers: [new Error('reset'), new Error('reset')], isCertain: false, calls: 2 },
    { answers: [new Error('reset'), refusal('rate_limited')], isCertain: false, calls: 2 },
    { answers: [new Error('reset'), { body: '<html>' }], isCertain: false, calls: 2 },
  ];
  for (const { answers, isCertain, calls: expected } of cases) {
    const { api, calls } = setUp(...answers);
    await assert.rejects(
      api.openView('trigger', VIEW),
      (error) => error instanceof NotOpenedError && error.isCertain === isCertain,
    );
    assert.equal(calls.length, expected);
  }
});

test('what may be done twice is tried three times more, after as long as Slack asks for', async () => {
  const waits: number[] = [];
  const sleep = async (ms: number) => void waits.push(ms);
  const errors = [
    new SlackUnavailableError('x', 30_000),
    new SlackUnavailableError('x', undefined),
    new SlackRefusedError('x', 'rate_limited'),
  ];
  assert.equal(await tryPatiently(async () => rejectOr('done', errors.shift()), sleep), 'done');
  assert.deepEqual(waits, [30_000, 4_000, 15_000]);
  await assert.rejects(
    tryPatiently(async () => rejectOr('', new SlackUnavailableError('x', undefined)), sleep),
    SlackUnavailableError,
  );
  assert.equal(waits.length, 6);
  for (const final of [
    new TypeError('x'),
    new SlackRefusedError('x', 'not_found'),
    new SlackRefusedError('x', 'token_revoked'),
  ]) {
    await assert.rejects(tryPatiently(async () => rejectOr('', final), sleep));
  }
  assert.equal(waits.length, 6, 'not tried again');
});

function rejectOr(value: string, error: Error | undefined): string {
  if (error !== undefined) throw error;
  return value;
}

test('a refusal is one of these codes or not', () => {
  assert.ok(isRefusal(new SlackRefusedError('x', 'is_archived'), isPostingRefused));
  for (const error of [
    new SlackRefusedError('x', 'y'),
    new SlackUnavailableError('x', 1),
    new Error('is_archived'),
    'is_archived',
  ]) {
    assert.ok(!isRefusal(error, isPostingRefused));
  }
});
