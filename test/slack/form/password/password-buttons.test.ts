import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Press } from '../../../../src/slack/bolt/interaction.ts';
import { createCancelRequest } from '../../../../src/slack/form/password/cancel-request.ts';
import { createCodeButtons } from '../../../../src/slack/form/password/matching-code.ts';
import type { Permission } from '../../../../src/slack/permissions/permissions.ts';
import type { Message, SlackApi } from '../../../../src/slack/web-api/slack-api.ts';
import { sampleRequest } from '../../../add-inbox/request/sample-request.ts';
import { textsOf } from '../../blocks/block-kit.ts';

const PERSON = { userId: 'U1', teamId: 'T1', isInOrganization: false, isAdmin: false };
const ALLOWED: Permission = {
  kind: 'allowed',
  person: { ...PERSON, isGuest: false, isStranger: false, isDeactivated: false },
};
const GUEST: Permission = { kind: 'refused', why: 'guest' };
const NOT_ADMIN: Permission = { kind: 'refused', why: 'not_admin' };

/** A press of U1, and what Slack was asked to show after it. */
function pressed(value: string, more: Partial<Press> = {}) {
  const calls: [method: string, text: string][] = [];
  const show = (method: string, view: unknown) => {
    calls.push([method, textsOf(view, 'plain_text').join('\n')]);
    return Promise.resolve({ id: 'V2', hash: 'h' });
  };
  const api: Partial<SlackApi> = {
    openView: (_trigger, view) => show('open', view),
    pushView: (_trigger, view) => show('push', view),
    updateView: (_viewId, view) => show('update', view),
  };
  const press: Press = {
    what: 'password',
    actor: { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' },
    api: Object.assign(Object.create(null), api),
    view: undefined,
    startedAt: 0,
    triggerId: 'trigger',
    value,
    responseUrl: 'https://hooks.slack.com/1',
    ...more,
  };
  return { press, calls };
}

async function cancel(world: {
  userId?: string;
  admin?: Permission;
  isCancelled?: boolean;
  isThere?: boolean;
  view?: Press['view'];
}) {
  const { userId = 'U1', admin = NOT_ADMIN, isCancelled = true, isThere = true, view } = world;
  const done: unknown[] = [];
  const { press, calls } = pressed('R1', { view });
  await createCancelRequest({
    permissions: { checkAdding: async () => ALLOWED, checkAdmin: async () => admin },
    find: async () => (isThere ? sampleRequest({ id: 'R1', userId, waitsFor: 'password' }) : undefined),
    cancel: async (...which) => {
      done.push(which);
      return isCancelled;
    },
    wake: () => void done.push('wake'),
  })(press);
  return { done, calls };
}

const VIEW = { id: 'V1', hash: 'h', private_metadata: '', callback_id: 'notice', state: { values: {} } };

test('"Cancel" in a message leaves the rest to its thread; in a window it replaces the window', async () => {
  assert.deepEqual(await cancel({}), { done: [['T1', 'R1', 'U1'], 'wake'], calls: [] });
  const byAdmin = await cancel({ userId: 'U2', admin: ALLOWED });
  assert.deepEqual(byAdmin.done, [['T1', 'R1', 'U1'], 'wake']);
  const { calls } = await cancel({ view: VIEW });
  assert.deepEqual(
    calls.map(([method]) => method),
    ['update'],
  );
  assert.match(calls[0]?.[1] ?? '', /We sent nothing to ColdSend/);
});

test('"Cancel" says why it did nothing', async () => {
  const cases = [
    [{ userId: 'U2' }, /Only the person who asked for this inbox and admins/, 0],
    [{ isThere: false }, /./, 0],
    [{ isCancelled: false }, /does not wait for a password anymore/, 1],
  ] as const;
  for (const [world, says, tries] of cases) {
    for (const view of [undefined, VIEW]) {
      const { done, calls } = await cancel({ ...world, view });
      assert.equal(done.length, tries);
      assert.deepEqual(
        calls.map(([method]) => method),
        [view === undefined ? 'open' : 'push'],
      );
      assert.match(calls[0]?.[1] ?? '', says);
    }
  }
});

async function decide(button: 'confirm' | 'deny', isTaken: boolean, permission = ALLOWED) {
  const done: unknown[] = [];
  const said: Message[] = [];
  const { press, calls } = pressed('K7-4QX');
  const take =
    (what: string) =>
    async ({ userId }: { userId: string }, code: string) => {
      done.push([what, userId, code]);
      return isTaken;
    };
  const buttons = createCodeButtons({
    permissions: { checkAdding: async () => permission },
    links: { confirmCode: take('confirm'), denyCode: take('deny') },
    replace: async (_url, message) => said.push(message) > 0,
    onDenied: () => void done.push('denied'),
  });
  await buttons[button](press);
  return { done, calls, said: said.map(({ text }) => text).join() };
}

test('the buttons of a matching code replace their message with what they did', async () => {
  const confirmed = await decide('confirm', true);
  assert.deepEqual(confirmed.done, [['confirm', 'U1', 'K7-4QX']]);
  assert.match(confirmed.said, /Confirmed\. Go back to the secure page/);
  const denied = await decide('deny', true);
  assert.deepEqual(denied.done, [['deny', 'U1', 'K7-4QX'], 'denied']);
  assert.match(denied.said, /The link does not work anymore/);
  for (const button of ['confirm', 'deny'] as const) {
    const { done, said } = await decide(button, false);
    assert.deepEqual(done, [[button, 'U1', 'K7-4QX']]);
    assert.match(said, /This code is not valid anymore, so I did nothing/);
    const refused = await decide(button, true, GUEST);
    assert.deepEqual([refused.done, refused.said], [[], '']);
    assert.match(refused.calls[0]?.[1] ?? '', /Guests can't add inboxes/);
  }
});
