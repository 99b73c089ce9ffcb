import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { closeAll, waitForPage } from '../world/fill-form.ts';
import type { World } from '../world/start-bot.ts';

export const MANY_FORM = 'batch_form';
export const PREVIEW = 'batch_preview';

/** Types the command and waits for the form for many inboxes. */
export async function openManyForm(person: Person, channelId: string, text = 'many'): Promise<ModalSeen> {
  await closeAll(person);
  const { status } = await person.command(`/add-inbox ${text}`, { channelId });
  assert.equal(status, 'ok');
  return waitForPage(person, MANY_FORM);
}

/** Pastes rows into the form and waits for their preview. */
export async function previewPaste(person: Person, channelId: string, rows: string): Promise<ModalSeen> {
  await openManyForm(person, channelId);
  await person.type('rows', rows);
  const { status, errors, modal } = await person.submit();
  assert.deepEqual({ status, errors }, { status: 'ok', errors: {} });
  assert.equal(modal?.callbackId, PREVIEW);
  return modal;
}

/** Puts a file into the form and waits for its preview, or for the page that says what is wrong with it. */
export async function previewFile(
  person: Person,
  channelId: string,
  file: { name: string; content: string | Uint8Array },
): Promise<ModalSeen> {
  await openManyForm(person, channelId);
  await person.attach('file', [file]);
  const { status, errors } = await person.submit();
  assert.deepEqual({ status, errors }, { status: 'ok', errors: {} });
  return person.waitForModal(({ callbackId }) => callbackId !== MANY_FORM && callbackId !== 'batch_reading');
}

const batchRow = z.object({ id: z.string(), state: z.string(), total: z.number(), user_id: z.string() });
const requestRow = z.object({ line: z.number(), account: z.string().transform((json) => JSON.parse(json)) });

/** What is committed of all batches: the batches, their rows by line, and how many sealed pieces of drafts there are. */
export function readBatches({ databasePath }: World) {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    const all = (sql: string): unknown[] => database.prepare(sql).all();
    return {
      batches: z.array(batchRow).parse(all('select id, state, total, user_id from batches order by created_at, id')),
      rows: z
        .array(requestRow)
        .parse(all('select line, account from requests where batch_id is not null order by batch_id, line')),
      pieces: all('select id from batch_drafts').length,
    };
  } finally {
    database.close();
  }
}

/** Nothing in Slack shows that a draft was deleted. */
export function waitForNoDraft(world: World): Promise<void> {
  return waitForDatabase(world, 'the draft is still there', ({ pieces }) => pieces === 0);
}

/** Nothing in Slack shows that a batch without a summary has ended. */
export function waitForFinishedBatches(world: World): Promise<void> {
  return waitForDatabase(world, 'not finished', ({ batches }) => batches.every(({ state }) => state === 'finished'));
}

/** Asks the database again and again, at most for ten seconds. */
async function waitForDatabase(
  world: World,
  complaint: string,
  isSo: (read: ReturnType<typeof readBatches>) => boolean,
): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isSo(readBatches(world))) {
    assert.ok(Date.now() < deadline, complaint);
    await sleep(20);
  }
}
