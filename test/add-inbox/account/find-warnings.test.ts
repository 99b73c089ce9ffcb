import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWarnings, type Warning } from '../../../src/add-inbox/account/find-warnings.ts';
import type { SenderAccount } from '../../../src/add-inbox/account/sender-account.ts';
import { ACCOUNT } from '../../coldsend/world/documented.ts';
import { fc } from '../../project/properties.ts';

const CASES: [string, Partial<SenderAccount>, Warning[]][] = [
  ['nothing', {}, []],
  ['465 without TLS', { smtp_port: 465, smtp_use_tls: false }, ['smtp_port_encrypted']],
  ['993 without TLS', { smtp_port: 993, smtp_use_tls: false }, ['smtp_port_encrypted']],
  ['465 with TLS', { smtp_port: 465 }, []],
  ['587 without TLS', { smtp_use_tls: false }, []],
  ['993 without SSL', { imap_use_ssl: false }, ['imap_port_encrypted']],
  ['465 without SSL', { imap_port: 465, imap_use_ssl: false }, ['imap_port_encrypted']],
  ['143 without SSL', { imap_port: 143, imap_use_ssl: false }, []],
  ["Google's maximum", { inbox_type: 'GOOGLE_WORKSPACE', daily_limit: 2_000 }, []],
  ["more than Google's", { inbox_type: 'GOOGLE_WORKSPACE', daily_limit: 2_001 }, ['above_maximum']],
  ["Microsoft's maximum", { inbox_type: 'OUTLOOK_365', daily_limit: 10_000 }, []],
  ["more than Microsoft's", { inbox_type: 'OUTLOOK_365', daily_limit: 10_001 }, ['above_maximum']],
  ["another provider's maximum", { daily_limit: 100_000 }, []],
  ["more than another provider's", { daily_limit: 100_001 }, ['above_maximum']],
  ['a blank within a password', { smtp_password: 'a b', imap_password: "it's" }, []],
  ['a password used twice', { smtp_password: 'a ', imap_password: 'a ' }, ['smtp_password_blank']],
  ['another IMAP password', { imap_password: '\u00a0a' }, ['imap_password_blank']],
  ['nothing but blanks', { smtp_password: '   ' }, ['smtp_password_blank']],
];

for (const [what, change, expected] of CASES) {
  test(`${what}: ${expected.join() || 'no warning'}`, () => {
    assert.deepEqual(findWarnings({ ...ACCOUNT, ...change }), expected);
  });
}

test('blanks of any kind are found at both ends of a password, and curly quotes anywhere', () => {
  const blank = fc.constantFrom(...' \t\n\u00a0\u2009\u3000\ufeff\u200b\u200d\u200e\u2060\u00ad');
  const visible = fc.string({ unit: fc.constantFrom(...'aB9"\'ä漢'), minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(visible, blank, (password, end) => {
      assert.deepEqual(findWarnings({ ...ACCOUNT, smtp_password: password }), []);
      for (const smtp_password of [`${password}${end}`, `${end}${password}`]) {
        assert.deepEqual(findWarnings({ ...ACCOUNT, smtp_password }), ['smtp_password_blank']);
      }
    }),
  );
  for (const quote of '‘’‚‛“”„‟') {
    assert.deepEqual(findWarnings({ ...ACCOUNT, smtp_password: `a${quote}b` }), ['smtp_password_quotes']);
  }
});
