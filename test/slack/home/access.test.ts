import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS } from '../../../src/add-inbox/people/workspace-settings.ts';
import type { InModal, Press } from '../../../src/slack/bolt/interaction.ts';
import { createAccessPages } from '../../../src/slack/home/access/access-listeners.ts';
import type { Permission, Permissions } from '../../../src/slack/permissions/permissions.ts';
import type { Message, SlackApi } from '../../../src/slack/web-api/slack-api.ts';

test('an admin who decides before all are asked is named in every message', async () => {
  const updated: string[] = [];
  const api: Partial<SlackApi> = {
    findUser: async () => JSON.parse('{ "deleted": false, "is_admin": true }'),
    postMessage: async (channelId: string) => ({ channelId, ts: '1.1' }),
    updateMessage: async (channelId: string, _ts: string, { text }: Message) =>
      void updated.push(`${channelId} ${text}`),
    updateView: async () => ({ id: 'V1', hash: 'h' }),
  };
  const refused: Permission = { kind: 'refused', why: 'admins_only' };
  const permissions: Partial<Permissions> = {
    checkMember: async () => ({ permission: JSON.parse('{ "kind": "allowed" }'), mayAdd: refused }),
  };
  const { request } = createAccessPages({
    permissions: Object.assign(Object.create(null), permissions),
    findSettings: async () => ({ ...DEFAULT_SETTINGS, whoMayAdd: { kind: 'admins' } }),
    requests: {
      ask: async () => true,
      withdraw: assert.fail,
      noteMessages: async () => ({ decision: 'approved', by: 'UA' }),
      decide: assert.fail,
      listAdmins: async () => ['UA', 'UB'],
    },
    newReference: () => 'R1',
  });
  const press: InModal<Press> = {
    what: 'access_request',
    actor: { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' },
    api: Object.assign(Object.create(null), api),
    view: { id: 'V1', callback_id: 'notice', private_metadata: '' },
    startedAt: 0,
    triggerId: 'trigger',
    value: 'ask',
    responseUrl: undefined,
  };
  await request(press);
  assert.deepEqual(updated, [
    'UA <@UA> approved: <@U1> may now add inboxes.',
    'UB <@UA> approved: <@U1> may now add inboxes.',
  ]);
});
