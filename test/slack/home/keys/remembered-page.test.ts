import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CLIENT_NAME } from '../../../../src/add-inbox/keys/coldsend-key.ts';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import type { Remembered } from '../../../../src/add-inbox/keys/remembered.ts';
import { parseRememberedPage, renderRememberedPage } from '../../../../src/slack/home/keys/remembered-page.ts';
import { assertView } from '../../blocks/block-kit.ts';
import { typedView } from '../../modals/typed-view.ts';

const LONG_NAME = `${'a'.repeat(61)}.${'b'.repeat(62)}.${'c'.repeat(62)}.${'d'.repeat(62)}.com`.slice(-253);
const ACME = { kind: 'client', name: 'Acme' } as const;

function sample(domain: string, host = `smtp.${domain}`): Remembered {
  const servers = { inboxType: 'CUSTOM_SMTP', provider: undefined, smtpPort: 2525, imapPort: 993 } as const;
  const named = { ...servers, smtpHost: host, imapHost: host, smtpUseTls: false, imapUseSsl: true };
  return { domain, dailyLimit: 1, servers: named };
}

test('a domain shows its servers, and which connection is not encrypted', () => {
  const view = renderRememberedPage('U1', { owner: ACME, contains: '', skip: 0 }, [sample('acme.com', 'mx.acme.com')]);
  assertView(view);
  const said = 'Other provider · SMTP mx.acme.com:2525 (not encrypted) · IMAP mx.acme.com:993 · 1 mail a day';
  assert.ok(JSON.stringify(view).includes(said));
});

test('a domain that nobody can read is there to be forgotten, and the pages go on', () => {
  const found = Array.from({ length: 21 }, () => ({ domain: 'acme.com', servers: undefined }));
  const view = renderRememberedPage('U1', { owner: ACME, contains: '', skip: 0 }, found);
  assertView(view);
  assert.match(JSON.stringify(view), /I can't read this any more\..*remembered_more/);
});

test('a page of the longest names is one that Slack takes', () => {
  const client = { kind: 'client', name: '&'.repeat(MAX_CLIENT_NAME) } as const;
  for (const owner of [WORKSPACE, client]) {
    const found = Array.from({ length: 21 }, () => sample(LONG_NAME, LONG_NAME));
    const view = renderRememberedPage('U1', { owner, contains: '"'.repeat(253), skip: 20 }, found);
    assertView(view);
    assert.equal(parseRememberedPage(typedView(view, {})).contains, '"'.repeat(253));
  }
});

test('what is typed is looked for in lower case and ASCII; the pages keep what was looked for', () => {
  const view = renderRememberedPage('U1', { owner: ACME, contains: 'acme', skip: 0 }, []);
  for (const [typed, searched] of [
    [' Acme.COM ', 'acme.com'],
    ['MÜLLER.de', 'xn--mller-kva.de'],
    ['cme', 'cme'],
    ['100%', '100%'],
    ['', ''],
  ] as const) {
    const parsed = parseRememberedPage(typedView(view, { remembered_domain: typed }));
    assert.deepEqual(parsed, { owner: ACME, contains: 'acme', typed: searched });
  }
});
