import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createSlackApis,
  type SlackCall,
  SlackRefusedError,
  SlackUnavailableError,
} from '../../../src/slack/web-api/slack-api.ts';
import { NotBegunError } from '../../../src/slack/web-api/slack-fetch.ts';

/** A Slack that takes one token, and bots that know which one it is. */
function setUp(taken: string, renewed: string | Error | undefined, retryAfter?: string) {
  const tokens: (string | undefined)[] = [];
  const asked: string[] = [];
  const calls: Pick<SlackCall, 'method' | 'result'>[] = [];
  const apiOf = createSlackApis({
    apiUrl: 'https://slack.test/api/',
    onCall: ({ method, result }) => void calls.push({ method, result }),
    renewToken: async (token) => {
      asked.push(token);
      if (renewed instanceof Error) throw renewed;
      return renewed;
    },
    fetch: async (url, init) => {
      if (init?.isStillOurs?.() === false) throw new NotBegunError();
      const authorization = Object.entries(init?.headers ?? {}).find(
        ([name]) => name.toLowerCase() === 'authorization',
      );
      const token = authorization?.[1]?.replace('Bearer ', '');
      tokens.push(token);
      const response = new Response(
        JSON.stringify(
          token === taken ? { ok: true, channel: 'C1', ts: '1.1' } : { ok: false, error: 'token_revoked' },
        ),
      );
      return {
        ok: retryAfter === undefined,
        status: retryAfter === undefined ? 200 : 429,
        statusText: '',
        url: String(url),
        headers: {
          get: (name) => (name.toLowerCase() === 'retry-after' ? (retryAfter ?? null) : null),
          entries: () => response.headers.entries(),
        },
        arrayBuffer: () => response.arrayBuffer(),
        json: () => response.json(),
        text: () => response.text(),
      };
    },
  });
  return { apiOf, tokens, asked, calls };
}

const MESSAGE = { text: 'x', blocks: [] };

test('a call whose token was replaced meanwhile is made with the new one', async () => {
  const { apiOf, tokens, asked } = setUp('new', 'new');
  assert.deepEqual(await apiOf('old').postMessage('C1', MESSAGE), { channelId: 'C1', ts: '1.1' });
  assert.deepEqual([tokens, asked], [['old', 'new'], ['old']]);
});

test('where the new one is refused too, or none can be found, it is refused', async () => {
  const cases: [string | Error | undefined, string[]][] = [
    ['newer', ['old', 'newer']],
    [undefined, ['old']],
    [new Error('the database is gone'), ['old']],
  ];
  for (const [renewed, expected] of cases) {
    const { apiOf, tokens } = setUp('nobody’s', renewed);
    await assert.rejects(apiOf('old').postMessage('C1', MESSAGE), SlackRefusedError);
    assert.deepEqual(tokens, expected);
  }
});

test('a token is given back itself, never the one that replaced it', async () => {
  const { apiOf, tokens, asked } = setUp('new', 'new');
  await assert.rejects(apiOf('old').revoke(), SlackRefusedError);
  assert.deepEqual([tokens, asked], [['old'], []]);
});

test('one API is kept for a token, for the last five hundred of them', () => {
  const { apiOf } = setUp('x', undefined);
  const first = apiOf('t0');
  assert.equal(apiOf('t0'), first);
  for (let n = 1; n <= 500; n += 1) apiOf(`t${n}`);
  assert.notEqual(apiOf('t0'), first);
  const again = apiOf('t0');
  apiOf.forget('t0');
  assert.notEqual(apiOf('t0'), again);
});

test('a call is made only as long as it may be, also with a token that was replaced meanwhile', async () => {
  const { apiOf, tokens, calls } = setUp('new', 'new');
  let left = 1;
  const api = apiOf('old').whileStillOurs(() => {
    left -= 1;
    return left >= 0;
  });
  await assert.rejects(api.postMessage('C1', MESSAGE), NotBegunError);
  await assert.rejects(api.updateMessage('C1', '1.1', MESSAGE), NotBegunError);
  assert.deepEqual(tokens, ['old']);
  assert.deepEqual(calls.at(-1), { method: 'chat.update', result: 'not_begun' });
});

test('Slack is asked again after as long as it says, but not at once and not after hours', async () => {
  for (const [said, waitMs] of [
    ['30', 30_000],
    ['0', 1_000],
    ['-5', 1_000],
    ['10800', 3_600_000],
    ['soon', undefined],
  ] as const) {
    const { apiOf, calls } = setUp('x', undefined, said);
    await assert.rejects(
      apiOf('x').postMessage('C1', MESSAGE),
      (error) => error instanceof SlackUnavailableError && error.retryAfterMs === waitMs,
      said,
    );
    assert.deepEqual(calls, [{ method: 'chat.postMessage', result: 'ratelimited' }], 'Slack was reached');
  }
});
