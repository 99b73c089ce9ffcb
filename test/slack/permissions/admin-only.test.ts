import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderNotice } from '../../../src/slack/modals/notice-page.ts';
import { createAdminOnly } from '../../../src/slack/permissions/admin-only.ts';
import type { Right } from '../../../src/slack/permissions/permissions.ts';
import { sentences } from '../../../src/slack/sentences/notices.ts';
import type { SlackApi } from '../../../src/slack/web-api/slack-api.ts';

const ADMIN: Right = {
  kind: 'allowed',
  person: {
    userId: 'U1',
    teamId: 'T1',
    isInOrganization: false,
    isAdmin: true,
    isGuest: false,
    isStranger: false,
    isDeactivated: false,
  },
};
const KEPT_OUT: [Right, ReturnType<typeof renderNotice>][] = [
  [{ kind: 'refused', why: 'admins_only' }, renderNotice(sentences.refusals.admins_only)],
  [{ kind: 'unknown' }, renderNotice(sentences.whoAreYou)],
];
const PAGE = renderNotice({ title: 'The page', paragraphs: [] });

/** Clicks a button as somebody with this right; resolves with what was done, in order. */
async function click(right: Right, button: 'opens' | 'does'): Promise<unknown[]> {
  const done: unknown[] = [];
  const openView = async (triggerId: string, view: unknown) => done.push(triggerId, view);
  const api: SlackApi = Object.assign(Object.create(null), { openView });
  const checkAdmin = async (...[, , { what }]: [SlackApi, object, { what: string }]) => {
    done.push(what);
    return right;
  };
  const { opens, does } = createAdminOnly({ checkAdmin });
  const listener =
    button === 'opens' ? opens('what', async () => PAGE) : does('what', async () => void done.push('done'));
  const action = { team: { id: 'T1' }, user: { id: 'U1' }, trigger_id: 'trigger', actions: [{ action_id: 'a' }] };
  await listener(api, { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' }, action);
  return done;
}

test('for an admin the page opens, and what the button does is done', async () => {
  assert.deepEqual(await click(ADMIN, 'opens'), ['what', 'trigger', PAGE]);
  assert.deepEqual(await click(ADMIN, 'does'), ['what', 'done']);
});

test('anybody else gets to see why not, and nothing is done', async () => {
  for (const [right, notice] of KEPT_OUT) {
    for (const button of ['opens', 'does'] as const) {
      assert.deepEqual(await click(right, button), ['what', 'trigger', notice]);
    }
  }
});
