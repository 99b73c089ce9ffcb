import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { Log, LogFields } from '../../../src/operations/log/log.ts';
import { createNoteUnreadable } from '../../../src/operations/log/note-unreadable.ts';

test('each row is told to the log and counted once, with the column and without what is in it', () => {
  const lines: [message: string, fields: LogFields | undefined][] = [];
  const counted: string[] = [];
  const nothing = () => {};
  const log: Log = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: (...line) => void lines.push([line[0], line[1]]),
  };
  const note = createNoteUnreadable(log, (table) => counted.push(table));
  const { error } = z.object({ state: z.enum(['told']) }).safeParse({ state: 'planted secret' });
  for (let n = 0; n < 3; n += 1) note('R1', error, 'requests');
  note('R1', new Error('planted secret'), 'audit_entries');
  assert.deepEqual(counted, ['requests', 'audit_entries']);
  assert.deepEqual(
    lines.map(([, fields]) => [fields?.table, fields?.row, fields?.column]),
    [
      ['requests', 'R1', 'state'],
      ['audit_entries', 'R1', undefined],
    ],
  );
  assert.ok(!JSON.stringify(lines).includes('planted'));
});
