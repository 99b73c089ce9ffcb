import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Detection, Servers } from '../../../../src/add-inbox/account/detection.ts';
import { validateAccount } from '../../../../src/add-inbox/account/sender-account.ts';
import { withFound } from '../../../../src/slack/form/draft-defaults.ts';
import type { Draft } from '../../../../src/slack/form/fields.ts';
import { parseHowPage, renderHowPage } from '../../../../src/slack/form/how-page.ts';
import { toFound } from '../../../../src/slack/form/servers/found.ts';
import { findMissingTick } from '../../../../src/slack/form/servers/found-blocks.ts';
import { asksToFind, parseWhoPage, renderWhoPage } from '../../../../src/slack/form/who-page.ts';
import { assertView, textsOf } from '../../blocks/block-kit.ts';
import { context, longestContext, longestDraft } from '../../examples.ts';
import { fieldsOf, initialsOf, typedView } from '../../modals/typed-view.ts';

const WHO: Draft = { email_address: 'jane@acme.com', display_name: 'Jane' };

const ZOHO: Servers = {
  inboxType: 'CUSTOM_SMTP',
  provider: 'Zoho Mail',
  smtpHost: 'smtp.zoho.eu',
  smtpPort: 465,
  imapHost: 'imap.zoho.eu',
  imapPort: 993,
};
const MICROSOFT: Servers = {
  ...ZOHO,
  inboxType: 'OUTLOOK_365',
  provider: 'Microsoft 365',
  smtpHost: 'smtp.office365.com',
  smtpPort: 587,
  imapHost: 'outlook.office365.com',
};

const found = (detection: Detection | undefined): Draft => ({ ...WHO, found: toFound('acme.com', detection) });
const foundBy = (servers: Servers, by: 'mx' | 'added_before' = 'mx') => found({ kind: 'servers', servers, by });
const pageOf = (draft: Draft) => renderHowPage({ context, draft });
const wordsOf = (draft: Draft) => textsOf(pageOf(draft), 'plain_text').join('\n');

describe('page 1 of a bot that finds servers', () => {
  const page = (draft: Draft = {}) => renderWhoPage({ context, draft, findsServers: true });

  test('offers that first, and it is chosen', () => {
    assertView(page());
    const words = textsOf(page(), 'plain_text');
    const choices = ['Find it for me', 'Google Workspace', 'Microsoft 365', 'Other provider'];
    assert.deepEqual(words.filter((text) => choices.includes(text)).slice(0, 4), choices);
    assert.ok(asksToFind(typedView(page())));
    assert.deepEqual(
      parseWhoPage(typedView(page())).draft,
      {},
      'a draft without a provider, as older versions read it',
    );
  });

  test('keeps a provider that was chosen before', () => {
    const view = typedView(page({ inbox_type: 'OUTLOOK_365' }));
    assert.equal(asksToFind(view), false);
    assert.deepEqual(parseWhoPage(view).draft, { inbox_type: 'OUTLOOK_365' });
  });

  test('is without a trace of that otherwise', () => {
    const view = renderWhoPage({ context, draft: {} });
    assert.doesNotMatch(JSON.stringify(view), /find/i);
    assert.equal(asksToFind(typedView(view)), false);
  });
});

describe('page 2 with what was found', () => {
  test('shows the servers and how they were found, and all of it can be edited', () => {
    const view = pageOf(foundBy(ZOHO));
    assertView(view);
    assert.match(wordsOf(foundBy(ZOHO)), /jane@acme\.com \(Zoho Mail\).*servers of acme\.com by its MX record/s);
    const { smtp_host, smtp_port, imap_host, imap_port } = initialsOf(view);
    assert.deepEqual([smtp_host, smtp_port, imap_host, imap_port], ['smtp.zoho.eu', '465', 'imap.zoho.eu', '993']);
    const { typed, draft } = parseHowPage(typedView(view, { smtp_password: 'x' }));
    assert.ok(validateAccount(typed).ok);
    assert.deepEqual([typed.inbox_type, typed.smtp_host, typed.smtp_use_tls], ['CUSTOM_SMTP', 'smtp.zoho.eu', true]);
    assert.deepEqual(draft, foundBy(ZOHO), 'nothing of it counts as typed');
    const edited = parseHowPage(typedView(view, { smtp_password: 'x', smtp_port: '587', imap_host: 'mail.acme.com' }));
    assert.deepEqual(edited.draft, { ...foundBy(ZOHO), smtp_port: '587', imap_host: 'mail.acme.com' });
    assert.deepEqual([edited.typed.smtp_port, edited.typed.imap_host], ['587', 'mail.acme.com']);
  });

  test('has the servers of Google in a line', () => {
    const google = { ...ZOHO, inboxType: 'GOOGLE_WORKSPACE', provider: 'Google Workspace' } as const;
    const draft = foundBy({ ...google, smtpHost: 'smtp.gmail.com', smtpPort: 587, imapHost: 'imap.gmail.com' });
    assert.deepEqual(fieldsOf(pageOf(draft)), ['smtp_password', 'daily_limit']);
    const { typed } = parseHowPage(typedView(pageOf(draft), { smtp_password: 'x' }));
    assert.deepEqual([typed.inbox_type, typed.smtp_host], ['GOOGLE_WORKSPACE', 'smtp.gmail.com']);
  });

  test('takes over the encryption of an inbox that was added before', () => {
    const draft = foundBy({ ...ZOHO, provider: undefined, smtpUseTls: false, imapUseSsl: true }, 'added_before');
    assert.match(wordsOf(draft), /inbox that was last added with acme\.com/);
    const { typed } = parseHowPage(typedView(pageOf(draft), { smtp_password: 'x' }));
    assert.deepEqual([typed.smtp_use_tls, typed.imap_use_ssl], [false, true]);
  });

  test('says that Microsoft refuses passwords, and goes on after one tick', () => {
    const view = pageOf(foundBy(MICROSOFT));
    assertView(view);
    assert.match(wordsOf(foundBy(MICROSOFT)), /turned password logins off.*ColdSend dashboard/s);
    const sentences = Object.values(findMissingTick(typedView(view, { smtp_password: 'x' })));
    assert.match(sentences.join(), /dashboard.*tick this/);
    assert.deepEqual(findMissingTick(typedView(view, { smtp_password: 'x', send_with_password: true })), {});
    const chosen = pageOf({ ...WHO, inbox_type: 'OUTLOOK_365' });
    const added = pageOf(foundBy(MICROSOFT, 'added_before'));
    for (const page of [chosen, added]) assert.deepEqual(findMissingTick(typedView(page, { smtp_password: 'x' })), {});
  });

  test('has only examples of servers where nothing was found', () => {
    const view = pageOf(found({ kind: 'not_found' }));
    assertView(view);
    assert.match(wordsOf(found({ kind: 'not_found' })), /found no mail servers for acme\.com/);
    const { typed } = parseHowPage(typedView(view, { smtp_password: 'x' }));
    assert.deepEqual([typed.inbox_type, typed.smtp_host, typed.imap_host], ['CUSTOM_SMTP', undefined, undefined]);
    const examples = JSON.stringify(view).match(/"placeholder":\{[^}]*"(?:smtp|imap)\.acme\.com"/g);
    assert.equal(examples?.length, 2);
  });

  test('asks for no servers while they are looked up', () => {
    const view = pageOf(found(undefined));
    assertView(view);
    assert.deepEqual(fieldsOf(view), ['smtp_password', 'daily_limit']);
    assert.match(wordsOf(found(undefined)), /looking up the mail servers of acme\.com/);
    assert.doesNotMatch(wordsOf(found(undefined)), /Other provider/);
  });

  test('fills in what was looked up under the same ids, so that nothing typed is lost', () => {
    const inputs = (draft: Draft) =>
      pageOf(draft).blocks.flatMap(({ type, block_id }) => (type === 'input' ? block_id : []));
    const filled = inputs(foundBy(ZOHO));
    assert.deepEqual(
      inputs(found(undefined)).filter((id) => !filled.includes(id)),
      [],
    );
  });

  test('goes back to a page 1 that finds them again, and drops servers that were typed for another domain', () => {
    const typed = { smtp_password: 'x', smtp_host: 'mine.example', daily_limit: '7' };
    const { draft } = parseHowPage(typedView(pageOf(found({ kind: 'not_found' })), typed));
    const who = typedView(renderWhoPage({ context, draft, findsServers: true }));
    assert.ok(asksToFind(who));
    const back = parseWhoPage(who).draft;
    assert.equal(withFound(back, toFound('acme.com', undefined)).smtp_host, 'mine.example');
    const other = withFound(back, toFound('acme.org', undefined));
    assert.deepEqual([other.smtp_host, other.daily_limit], [undefined, '7']);
  });

  test('holds the longest values there can be', () => {
    const { inbox_type: _, ...draft } = longestDraft;
    const longest = `${'s'.repeat(249)}.com`;
    const servers = { ...ZOHO, smtpHost: longest, imapHost: longest };
    const longFound = toFound(`${'b'.repeat(186)}.com`, { kind: 'servers', servers, by: 'added_before' });
    const view = renderHowPage({ context: longestContext, draft: { ...draft, found: longFound } });
    assertView(view);
    const parsed = parseHowPage(typedView(view, { smtp_password: 'x' }));
    assert.deepEqual([parsed.draft.found, parsed.context], [longFound, longestContext]);
  });
});
