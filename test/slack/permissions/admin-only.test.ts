import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderNotice } from '../../../src/slack/modals/notice-page.ts';
import { createAdminOnly } from '../../../src/slack/permissions/admin-only.ts';
import type { Attempt, Permission } from '../../../src/slack/permissions/permissions.ts';
import { sentences } from '../../../src/slack/sentences/notices.ts';
import type { SlackApi } from '../../../src/slack/web-api/slack-api.ts';

const ADMIN: Permission = {
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
const KEPT_OUT: [Permission, ReturnType<typeof renderNotice>][] = [
  [{ kind: 'refused', why: 'admins_only' }, renderNotice(sentences.denials.admins_only)],
  [{ kind: 'unknown' }, renderNotice(sentences.whoAreYou)],
];
const PAGE = renderNotice({ title: 'The page', paragraphs: [] });

const VIEW = { id: 'V1', callback_id: 'audit_trail', private_metadata: '' };

/** Somebody with this permission does something; resolves with what was done, in order, and the answer. */
async function attempt(
  permission: Permission,
  kind: 'opens' | 'does' | 'submits',
  view?: typeof VIEW,
): Promise<unknown[]> {
  const done: unknown[] = [];
  const openView = async (triggerId: string, page: unknown) => done.push('open', triggerId, page);
  const pushView = async (triggerId: string, page: unknown) => done.push('push', triggerId, page);
  const api: SlackApi = Object.assign(Object.create(null), { openView, pushView });
  const checkAdmin = async ({ what }: Attempt) => {
    done.push(what);
    return permission;
  };
  const { opens, does, submits } = createAdminOnly({ checkAdmin });
  const actor = { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' };
  const press = {
    ...{ what: 'what', api, actor, view, startedAt: 0 },
    ...{ triggerId: 'trigger', value: '', responseUrl: undefined },
  };
  if (kind === 'opens') await opens(async () => PAGE)(press);
  if (kind === 'does') await does(async () => void done.push('done'))(press);
  if (kind === 'submits') done.push(await submits(async () => void done.push('done'))({ ...press, view: VIEW }));
  return done;
}

test('for an admin the page opens, what the button does is done, and the form is taken', async () => {
  assert.deepEqual(await attempt(ADMIN, 'opens'), ['what', 'open', 'trigger', PAGE]);
  assert.deepEqual(await attempt(ADMIN, 'does'), ['what', 'done']);
  assert.deepEqual(await attempt(ADMIN, 'does', VIEW), ['what', 'done']);
  assert.deepEqual(await attempt(ADMIN, 'submits'), ['what', 'done', undefined]);
});

test('anybody else sees why not, on top of the modal they are in, and nothing is done', async () => {
  for (const [permission, notice] of KEPT_OUT) {
    assert.deepEqual(await attempt(permission, 'opens'), ['what', 'open', 'trigger', notice]);
    assert.deepEqual(await attempt(permission, 'does'), ['what', 'open', 'trigger', notice]);
    assert.deepEqual(await attempt(permission, 'does', VIEW), ['what', 'push', 'trigger', notice]);
    assert.deepEqual(await attempt(permission, 'submits'), ['what', { response_action: 'push', view: notice }]);
  }
});
