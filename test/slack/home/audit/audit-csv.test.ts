import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '../../../../src/add-inbox/people/audit.ts';
import { renderAuditCsv } from '../../../../src/slack/home/audit/audit-csv.ts';

const entry: AuditEntry = {
  id: 'e1',
  teamId: 'T1',
  at: Date.UTC(2026, 0, 2, 14, 0),
  userId: 'U1',
  action: 'inbox_requested',
  requestId: 'R1',
  details: { email_address: 'jane@acme.com', client: 'Acme, "Inc"' },
};

test('a header, then a row each, quoted as RFC 4180 has it', () => {
  assert.equal(
    renderAuditCsv([entry, { ...entry, userId: undefined, requestId: undefined, details: {} }]),
    '"time","user","action","request","details"\r\n' +
      '"2026-01-02T14:00:00.000Z","U1","inbox_requested","R1","email_address: jane@acme.com; client: Acme, ""Inc"""\r\n' +
      '"2026-01-02T14:00:00.000Z","","inbox_requested","",""\r\n',
  );
});

test('no cell begins like a formula', () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r']) {
    const csv = renderAuditCsv([
      { ...entry, userId: `${start}1`, requestId: `${start}2`, details: { [`${start}3`]: '' } },
    ]);
    const cells = csv.split('\r\n"2026')[1]?.split('","') ?? [];
    assert.equal(cells.length, 5);
    for (const index of [1, 3, 4]) assert.ok(cells[index]?.startsWith(`'${start}`), JSON.stringify(cells[index]));
  }
});

test('no piece begins like a formula where a spreadsheet splits at semicolons, tabs and line breaks', () => {
  for (const sign of ['=', '+', '-', '@', '＝', '\t', '\r']) {
    for (const split of [';', '\t', '\r\n', '\n', '\r', '; ', ';"', ';;', ';\t']) {
      const details = { client: `Acme${split}${sign}1+1`, [`x${split}${sign}2`]: `${sign}3${split} ${sign}4` };
      const csv = renderAuditCsv([{ ...entry, userId: `U1${split}${sign}5`, details }]);
      // Set to another separator, a spreadsheet takes the quotes of a cell for text; some drop them, and blanks.
      const pieces = csv.split(/[;\t\r\n]/).map((piece) => piece.replace(/^[\s"]*/, ''));
      assert.deepEqual(
        pieces.filter((piece) => /^[=+\-@＝＋－＠]/.test(piece)),
        [],
        JSON.stringify(csv),
      );
    }
  }
});

test('what is no formula is left as it is', () => {
  const csv = renderAuditCsv([{ ...entry, details: { email_address: 'o+a@b-c.example', to: 'C1, C2; 50-80' } }]);
  assert.ok(!csv.includes("'"), csv);
});

test('an entry that cannot be read has a row of its own', () => {
  const unreadable = { unreadable: true, id: 'e2', at: entry.at } as const;
  assert.deepEqual(
    renderAuditCsv([unreadable, { ...unreadable, at: undefined }, entry])
      .split('\r\n')
      .slice(1, 3),
    [
      `"2026-01-02T14:00:00.000Z","","I can't read this entry","","Support code: e2"`,
      `"","","I can't read this entry","","Support code: e2"`,
    ],
  );
});
