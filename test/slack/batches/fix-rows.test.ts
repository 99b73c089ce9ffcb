import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchRow } from '../../../src/add-inbox/batch/batch.ts';
import { createFixRows } from '../../../src/slack/batches/fix-rows.ts';
import type { Press } from '../../../src/slack/bolt/interaction.ts';
import type { FormContext } from '../../../src/slack/form/form-metadata.ts';
import type { FormToOpen } from '../../../src/slack/form/open-form.ts';
import { parseWhoPage } from '../../../src/slack/form/who-page.ts';
import type { Permission } from '../../../src/slack/permissions/permissions.ts';
import type { SlackApi } from '../../../src/slack/web-api/slack-api.ts';
import { sampleBatch, sampleRow } from '../../add-inbox/batch/sample-batch.ts';
import { ACCOUNT_TO_ADD, sampleRequest } from '../../add-inbox/request/sample-request.ts';
import { textsOf } from '../blocks/block-kit.ts';
import { context, heldBack, outcomes } from '../examples.ts';

function failedAt(line: number): BatchRow {
  return sampleRow({ line, requestId: `row-${line}`, outcome: outcomes.refused });
}

const PERSON = { userId: 'U1', teamId: 'T1', isInOrganization: false, isAdmin: false, isGuest: false };
const ALLOWED: Permission = { kind: 'allowed', person: { ...PERSON, isStranger: false, isDeactivated: false } };

function setUp(
  lines: (number | BatchRow)[],
  batch = sampleBatch({ state: 'finished' }),
  permission = ALLOWED,
  isOnlyOnPage = false,
) {
  const opened: FormToOpen[] = [];
  const shown: string[] = [];
  const fixRows = createFixRows({
    find: async (_teamId, id) => (id === batch.id ? batch : undefined),
    listFailed: async () => lines.map((row) => (typeof row === 'number' ? failedAt(row) : row)),
    findRequest: async (_teamId, id) =>
      sampleRequest({ id, account: { ...ACCOUNT_TO_ADD, email_address: `${id}@acme.com` } }),
    openForm: async (_click, form) => {
      opened.push(form);
    },
    openManyForm: async (_click, { context, fix }) => {
      shown.push(`many ${fix?.batchId} of ${fix?.owner.kind} in ${context.channelId}`);
    },
    findsServers: false,
    isOnlyOnPage: async () => isOnlyOnPage,
    permissions: { checkAdding: async () => permission },
  });
  const api = { openView: async (_id: string, view: object) => shown.push(...textsOf(view, 'plain_text')) };
  const press = {
    what: 'batch_fix',
    actor: { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' },
    api: Object.assign(Object.create(null), api) as SlackApi,
    triggerId: 'trigger',
    view: undefined,
    startedAt: 0,
    value: batch.id,
    responseUrl: undefined,
  } satisfies Press;
  return { fixRows, press, opened, shown };
}

test('the form opens for the first failed row, filled in, and knows its place', async () => {
  const { fixRows, press, opened } = setUp([4, 9]);
  await fixRows.open(press);
  assert.equal(opened.length, 1);
  assert.equal(opened[0]?.draft.email_address, 'row-4@acme.com');
  assert.equal(opened[0]?.context.retryOf, 'row-4');
  assert.deepEqual(opened[0]?.owner, { kind: 'workspace' });
  assert.deepEqual(opened[0]?.context.fix, { batchId: press.value, line: 4, position: 1, count: 2 });
});

test('without failed rows, or without the batch, a notice says so', async () => {
  const { fixRows, press, opened, shown } = setUp([]);
  await fixRows.open(press);
  await fixRows.open({ ...press, value: 'other' });
  assert.deepEqual(opened, []);
  assert.ok(shown.includes('There is nothing left to fix in this list.'));
  assert.ok(shown.some((text) => text.startsWith("I don't have this list any more.")));
});

test('a person who may not add inboxes learns nothing about the batch', async () => {
  const { fixRows, press, shown } = setUp([], undefined, { kind: 'refused', why: 'guest' });
  await fixRows.open(press);
  await fixRows.open({ ...press, value: 'other' });
  assert.equal(shown.filter((text) => text.startsWith("Guests can't add inboxes.")).length, 2);
  assert.ok(!shown.some((text) => /this list/.test(text)));
});

test('the next row comes after the one before, also where that one is no longer among the failed', async () => {
  const { fixRows } = setUp([9, 12]);
  const before: FormContext = {
    ...context,
    retryOf: 'row-4',
    fix: { batchId: 'BATCH0000001', line: 4, position: 1, count: 3 },
  };
  const view = await fixRows.next('T1', before, 'I am adding it.');
  const parsed = parseWhoPage(view);
  assert.deepEqual(parsed.context.fix, { batchId: 'BATCH0000001', line: 9, position: 2, count: 3 });
  assert.equal(parsed.context.retryOf, 'row-9');
  assert.equal(parsed.context.generation, before.generation + 1);
  const texts = textsOf(view, 'plain_text');
  assert.ok(texts.includes('I am adding it.'));
  assert.ok(texts.includes('Row 2 of 3 (line 9 of your file).'));
  assert.ok(texts.includes('Skip'));
});

test('“Send it anyway” opens the form only for rows that our login check held back', async () => {
  const heldAt = (line: number) => ({ ...failedAt(line), outcome: heldBack });
  const { fixRows, press, opened } = setUp([4, heldAt(6), 9, heldAt(12)]);
  await fixRows.openHeldBack(press);
  const fix = { batchId: press.value, line: 6, position: 1, count: 2, onlyHeldBack: true };
  assert.deepEqual(opened[0]?.context.fix, fix);
  const view = await fixRows.next('T1', { ...context, fix }, 'I am adding it.');
  assert.deepEqual(parseWhoPage(view).context.fix, { ...fix, line: 12, position: 2 });
  assert.equal(parseWhoPage(view).context.retryOf, 'row-12');
});

test('after the last row, the page says so', async () => {
  const { fixRows } = setUp([4]);
  const before = { ...context, fix: { batchId: 'BATCH0000001', line: 4, position: 1, count: 1 } };
  const texts = textsOf(await fixRows.next('T1', before, 'I left it out.'), 'plain_text');
  assert.ok(texts.includes('I left it out.'));
  assert.ok(texts.includes('That was the last row. The thread of the list shows the results.'));
});

test('the form for many opens for the batch whose rows a file corrects', async () => {
  const { fixRows, press, shown } = setUp([4]);
  await fixRows.openFile(press);
  assert.deepEqual(shown, ['many BATCH0000001 of workspace in C1']);
  await fixRows.openFile({ ...press, value: 'other' });
  assert.ok(shown.some((text) => text.startsWith("I don't have this list any more.")));
});

test('where passwords are entered only on the secure page, one link is for all failed rows', async () => {
  const { fixRows, press, opened, shown } = setUp([4, 9], undefined, undefined, true);
  await fixRows.open(press);
  assert.deepEqual([opened.length, shown], [0, ['many BATCH0000001 of workspace in C1']]);
});
