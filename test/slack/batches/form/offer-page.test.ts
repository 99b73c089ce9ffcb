import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS, type WorkspaceSettings } from '../../../../src/add-inbox/people/workspace-settings.ts';
import { createOfferManyForm, type InboxesToAdd } from '../../../../src/slack/batches/form/offer-page.ts';
import type { Target } from '../../../../src/slack/permissions/find-target.ts';
import { sentences } from '../../../../src/slack/sentences/notices.ts';
import { context as single } from '../../examples.ts';

const PERSON = { teamId: 'T1', userId: 'U1' };
const URL = 'https://bot.example/secure#TOKEN';

function offer(settings: Partial<WorkspaceSettings>, hasPage = true, given?: Target) {
  const asked: InboxesToAdd[] = [];
  const target: Target = given ?? { ok: true, settings: { ...DEFAULT_SETTINGS, ...settings }, keyName: WORKSPACE };
  const offerManyForm = createOfferManyForm({
    findTarget: async () => target,
    createBatchLink: async (inboxes) => {
      asked.push(inboxes);
      return hasPage ? { url: URL, expiresAt: 0 } : undefined;
    },
  });
  const form = { context: { ...single, batch: { fixOf: 'B1' } }, draft: {}, takesFiles: true };
  return { asked, page: () => offerManyForm(PERSON, form) };
}

test('the form has a button for the page of these inboxes, and its link is in nothing else', async () => {
  const { asked, page } = offer({ resultsChannelId: 'C9' });
  const view = await page();
  assert.equal(view.callback_id, 'batch_form');
  assert.equal(JSON.stringify(view).split(URL).length, 2);
  assert.match(JSON.stringify(view.blocks), /"action_id":"open_secure_page"/);
  assert.deepEqual(asked, [
    { ...PERSON, channelId: single.channelId, keyName: WORKSPACE, fixOf: 'B1', resultsChannelId: 'C9' },
  ]);
});

test('without a page the form is as it was', async () => {
  assert.doesNotMatch(JSON.stringify(await offer({}, false).page()), /secure/);
});

test('where passwords are entered only on the page, there is no field, and without a page no way', async () => {
  const view = await offer({ passwordsIn: 'secure_page' }).page();
  assert.deepEqual(
    view.blocks.map(({ type }) => type),
    ['section', 'actions', 'context'],
  );
  assert.match(JSON.stringify(await offer({ passwordsIn: 'secure_page' }, false).page()), /no secure page right now/);
});

test('no link is made where the channel has another key by now', async () => {
  const { asked, page } = offer({}, true, { ok: false, notice: sentences.clientChanged });
  assert.match(JSON.stringify(await page()), /changed the ColdSend key/);
  assert.deepEqual(asked, []);
});
