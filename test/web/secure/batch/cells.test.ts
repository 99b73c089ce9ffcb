import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  findError,
  hasOnePassword,
  hasPassword,
  isFilled,
  listWrong,
  PARTS,
  parsePart,
  suggest,
  textOf,
} from '../../../../src/web/secure/browser/batch/sheet/cells.ts';
import { createSheetRow } from '../../../../src/web/secure/browser/batch/sheet/sheet.ts';
import type { RowCheck, RowFields } from '../../../../src/web/secure/browser/contract.ts';
import { FORM } from '../../../../src/web/secure/browser/sentences.ts';

function rowOf(account: RowFields, check: Partial<RowCheck> = {}) {
  const kind = check.errors === undefined ? 'ready' : 'to_fix';
  return createSheetRow(
    { line: 6, account },
    { line: 6, kind, errors: {}, warnings: [], filled: {}, isFoundByDomain: false, ...check },
  );
}

const [address] = PARTS.address;
const [smtp] = PARTS.smtp;
const [secret] = PARTS.secret;

describe('a cell of the table', () => {
  test('shows what is written in the row, or else what the bot fills in', () => {
    const row = rowOf(
      { smtp_port: '465', inbox_type: 'OUTLOOK_365' },
      { filled: { smtp_host: 'smtp.acme.com', smtp_port: '587' } },
    );
    assert.equal(textOf(row, smtp, FORM.providers), 'smtp.acme.com:465');
    assert.equal(textOf(row, PARTS.provider[0], FORM.providers), 'Microsoft 365');
    assert.equal(isFilled(row, smtp), false);
    assert.equal(isFilled(rowOf({}), smtp), true);
  });

  test('never shows a password', () => {
    const row = rowOf({ smtp_password: 'planted', imap_password: 'planted' });
    for (const part of Object.values(PARTS).flat()) assert.ok(!textOf(row, part, FORM.providers).includes('planted'));
    assert.ok(hasPassword(row) && hasPassword(rowOf({ imap_password: 'x' })) && !hasPassword(rowOf({})));
  });

  test('has a mistake that SMTP and IMAP share once', () => {
    const errors = { smtp_password: 'Enter the password.', imap_password: 'Enter the IMAP password.' };
    assert.deepEqual(listWrong(rowOf({}, { errors }), 'secret'), [secret]);
    assert.equal(listWrong(rowOf({ imap_password: 'x'.repeat(501) }, { errors }), 'secret').length, 2);
    assert.equal(findError(rowOf({}, { errors: { smtp_port: 'Enter the port.' } }), smtp), 'Enter the port.');
  });

  test('of a row that is left out has no mistakes', () => {
    const row = { ...rowOf({}, { errors: { email_address: 'Enter it.' } }), isOut: true };
    assert.deepEqual(listWrong(row, 'address'), []);
  });

  test('takes a server with or without its port', () => {
    assert.deepEqual(parsePart(rowOf({}), smtp, 'smtp.acme.com:465'), { smtp_host: 'smtp.acme.com', smtp_port: '465' });
    assert.deepEqual(parsePart(rowOf({}), smtp, 'smtp.acme.com'), { smtp_host: 'smtp.acme.com', smtp_port: '' });
    assert.deepEqual(parsePart(rowOf({}), smtp, 'https://smtp.acme.com'), {
      smtp_host: 'https://smtp.acme.com',
      smtp_port: '',
    });
    assert.deepEqual(parsePart(rowOf({}), { kind: 'encryption', field: 'smtp_use_tls' }, false), {
      smtp_use_tls: false,
    });
  });
});

describe('a password', () => {
  const typed = (account: RowFields) => parsePart(rowOf(account), secret, 'new');

  test('that both servers have is changed for both', () => {
    assert.deepEqual(typed({ smtp_password: 'x', imap_password: 'x' }), { smtp_password: 'new', imap_password: 'new' });
    assert.deepEqual(typed({ smtp_password: 'x', imap_password: 'y' }), { smtp_password: 'new' });
    assert.deepEqual(typed({ smtp_password: 'x' }), { smtp_password: 'new' });
    assert.deepEqual([hasOnePassword(rowOf({})), hasOnePassword(rowOf({ imap_password: 'y' }))], [true, false]);
  });
});

describe('a suggestion', () => {
  const suggested = (email_address: string, error: string | undefined = 'wrong') =>
    suggest(rowOf({ email_address }, error === undefined ? {} : { errors: { email_address: error } }), address);

  test('is the address without what people type by mistake', () => {
    for (const typed of [
      'kim@acme,com',
      ' kim@acme.com.',
      'mailto:kim@acme.com',
      '<kim@acme.com>',
      'kim @acme.com',
      'kim at acme.com',
      'kim＠acme.com',
    ]) {
      assert.equal(suggested(typed), 'kim@acme.com', typed);
    }
  });

  test('is missing where nobody can know, and where nothing is wrong', () => {
    for (const typed of ['kim', 'kim@acme', '', 'kim@@acme.com']) assert.equal(suggested(typed), undefined, typed);
    assert.equal(suggest(rowOf({ email_address: 'kim@acme,com' }), address), undefined);
  });

  test('is the name in an address of a server', () => {
    const host = (smtp_host: string) => suggest(rowOf({ smtp_host }, { errors: { smtp_host: 'wrong' } }), smtp);
    assert.equal(host('https://smtp.acme.com/mail'), 'smtp.acme.com');
    assert.equal(host('smtp,acme,com'), 'smtp.acme.com');
  });

  test('is the whole number of a limit', () => {
    const limit = (daily_limit: string) =>
      suggest(rowOf({ daily_limit }, { errors: { daily_limit: 'wrong' } }), PARTS.limit[0]);
    assert.equal(limit('40.0'), '40');
    assert.equal(limit('40 / day'), '40');
    assert.equal(limit('4.5'), undefined);
  });
});
