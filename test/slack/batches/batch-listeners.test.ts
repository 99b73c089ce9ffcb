import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../../../src/add-inbox/batch/batch.ts';
import { createBatchButtons } from '../../../src/slack/batches/batch-listeners.ts';
import type { Press } from '../../../src/slack/bolt/interaction.ts';
import type { Permission } from '../../../src/slack/permissions/permissions.ts';
import type { SlackApi } from '../../../src/slack/web-api/slack-api.ts';
import { sampleBatch, sampleRow } from '../../add-inbox/batch/sample-batch.ts';
import { textsOf } from '../blocks/block-kit.ts';

const PERSON = { userId: 'U1', teamId: 'T1', isInOrganization: false, isAdmin: false };
const ALLOWED: Permission = {
  kind: 'allowed',
  person: { ...PERSON, isGuest: false, isStranger: false, isDeactivated: false },
};
const NOT_ADMIN: Permission = { kind: 'refused', why: 'not_admin' };
const NOT_CHOSEN: Permission = { kind: 'refused', why: 'not_chosen' };

type World = {
  adding?: Permission;
  admin?: Permission;
  batch?: Batch | undefined;
  canStop?: boolean;
  posted?: 'posted' | 'cannot_post' | 'later';
};

/** A press of this person; resolves with what was done, and the last page that they saw. */
async function press(button: 'stop' | 'postResults', userId: string, world: World) {
  const { adding = ALLOWED, admin = NOT_ADMIN, canStop = true, posted = 'posted' } = world;
  const batch = 'batch' in world ? world.batch : sampleBatch({ state: 'running', userId: 'U1' });
  const done: unknown[] = [];
  let page: unknown;
  const show = async (view: unknown) => {
    page = view;
    return { id: 'V1', hash: 'h' };
  };
  const api: Partial<SlackApi> = {
    openView: (_trigger, view) => show(view),
    updateView: (_viewId, view) => show(view),
  };
  const buttons = createBatchButtons({
    permissions: { checkAdding: async () => adding, checkAdmin: async () => admin },
    batches: {
      find: async (teamId, id) => (teamId === 'T1' && id === 'B1' ? batch : undefined),
      stop: async (...stopped) => {
        if (canStop) done.push(['stop', ...stopped]);
        return canStop ? batch : undefined;
      },
      listRows: async () => [1, 2, 3].map((line) => sampleRow({ line })),
    },
    postResults: async (_batch, rows) => {
      done.push(['post', rows.map(({ line }) => line)]);
      return posted === 'later' ? { kind: 'later', retryAfterMs: undefined } : { kind: posted };
    },
    wake: () => void done.push('wake'),
  });
  const pressed: Press = {
    what: 'batch',
    actor: { teamId: 'T1', userId, ownTeamId: 'T1' },
    api: Object.assign(Object.create(null), api),
    view: undefined,
    startedAt: 0,
    triggerId: 'trigger',
    value: 'B1',
    responseUrl: undefined,
  };
  await buttons[button](pressed);
  return { done, seen: textsOf(page, 'plain_text').join('\n') };
}

test('who started a batch can stop the rest, and so can admins; its worker looks at once', async () => {
  for (const [userId, admin] of [
    ['U1', NOT_ADMIN],
    ['U2', ALLOWED],
  ] as const) {
    const { done, seen } = await press('stop', userId, { admin });
    assert.deepEqual([done, seen], [[['stop', 'T1', 'B1', userId], 'wake'], '']);
  }
});

test('nobody else can, and learns who can', async () => {
  const other = await press('stop', 'U2', {});
  assert.deepEqual(other.done, []);
  assert.match(other.seen, /Only the person who requested these inboxes, and admins and owners/);
  const lost = await press('stop', 'U1', { adding: NOT_CHOSEN });
  assert.deepEqual(lost.done, []);
  assert.match(lost.seen, /You are not among the people who may add inboxes/);
  const unclear = await press('stop', 'U2', { admin: { kind: 'unknown' } });
  assert.deepEqual(unclear.done, []);
  assert.match(unclear.seen, /I could not check your account/);
});

test('where nothing is left to stop, or the batch is gone, it says so', async () => {
  const nothing = await press('stop', 'U1', { canStop: false });
  assert.match(nothing.seen, /There is nothing to stop/);
  assert.deepEqual(nothing.done, []);
  for (const button of ['stop', 'postResults'] as const) {
    const gone = await press(button, 'U1', { batch: undefined });
    assert.match(gone.seen, /more than 90 days old/);
    assert.deepEqual(gone.done, []);
  }
});

test('whoever may add inboxes gets all results, and learns where they are', async () => {
  const { done, seen } = await press('postResults', 'U2', {});
  assert.deepEqual(done, [['post', [1, 2, 3]]]);
  assert.match(seen, /I posted the results in the thread/);
  assert.match((await press('postResults', 'U2', { posted: 'later' })).seen, /Try again in a minute/);
  assert.match((await press('postResults', 'U2', { posted: 'cannot_post' })).seen, /I could not post the results/);
  const refused = await press('postResults', 'U2', { adding: NOT_CHOSEN });
  assert.deepEqual(refused.done, []);
  assert.match(refused.seen, /You are not among the people who may add inboxes/);
});
