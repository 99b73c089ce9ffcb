import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findWarnings } from '../../../src/add-inbox/account/find-warnings.ts';
import { type TypedAccount, validateAccount } from '../../../src/add-inbox/account/sender-account.ts';
import { openServers } from '../../../src/slack/form/draft-defaults.ts';
import type { Draft } from '../../../src/slack/form/fields.ts';
import { turnPage } from '../../../src/slack/form/form-metadata.ts';
import { parseHowPage, renderHowPage } from '../../../src/slack/form/how-page.ts';
import { parseWhoPage, renderWhoPage } from '../../../src/slack/form/who-page.ts';
import { parseKeyForm } from '../../../src/slack/home/keys/key-form.ts';
import { UnreadableViewError } from '../../../src/slack/modals/unreadable-view-error.ts';
import { fc } from '../../project/properties.ts';
import { assertView, textsOf } from '../blocks/block-kit.ts';
import { context, HOSTILE, LONGEST, longestAccount, longestContext, longestDraft } from '../examples.ts';
import { fieldsOf, initialsOf, typedView } from '../modals/typed-view.ts';

const SERVERS = [
  'smtp_host',
  'smtp_port',
  'smtp_username',
  'smtp_password',
  'smtp_use_tls',
  'imap_host',
  'imap_port',
  'imap_use_ssl',
  'same_login',
];

const google: Draft = { email_address: 'jane@acme.com', display_name: 'Jane Doe', inbox_type: 'GOOGLE_WORKSPACE' };
const custom: Draft = { ...google, inbox_type: 'CUSTOM_SMTP' };

const typedForGoogle: TypedAccount = {
  email_address: 'jane@acme.com',
  display_name: 'Jane Doe',
  inbox_type: 'GOOGLE_WORKSPACE',
  smtp_host: 'smtp.gmail.com',
  smtp_port: '587',
  smtp_username: 'jane@acme.com',
  smtp_password: 'abcd efgh ijkl mnop',
  imap_host: 'imap.gmail.com',
  imap_port: '993',
  imap_username: 'jane@acme.com',
  imap_password: 'abcd efgh ijkl mnop',
  daily_limit: '30',
  smtp_use_tls: true,
  imap_use_ssl: true,
};

describe('page 2 for a known provider', () => {
  test('asks for password and daily limit, and names the servers in a line with a button', () => {
    const view = renderHowPage({ context, draft: google });
    assertView(view);
    assert.equal(view.callback_id, 'add_inbox_how');
    assert.equal(view.submit?.text, 'Add inbox');
    assert.deepEqual(fieldsOf(view), ['smtp_password', 'daily_limit']);
    assert.deepEqual(initialsOf(view), { daily_limit: '30' });
    const texts = textsOf(view, 'plain_text').join('\n');
    for (const words of ['smtp.gmail.com', 'imap.gmail.com', 'Edit servers', 'Back', 'app password', 'jane@acme.com']) {
      assert.ok(texts.includes(words), words);
    }
  });

  test('fills in all 14 fields, so that they pass as they are', () => {
    const { typed, draft } = parseHowPage(
      typedView(renderHowPage({ context, draft: google }), { smtp_password: 'abcd efgh ijkl mnop' }),
    );
    assert.deepEqual(typed, typedForGoogle);
    assert.ok(validateAccount(typed).ok);
    assert.deepEqual(draft, google);
  });

  test('has the servers of Microsoft, and says that it often refuses passwords', () => {
    const view = renderHowPage({ context, draft: { ...google, inbox_type: 'OUTLOOK_365' } });
    const { typed } = parseHowPage(typedView(view, { smtp_password: 'x' }));
    assert.equal(typed.smtp_host, 'smtp.office365.com');
    assert.equal(typed.imap_host, 'outlook.office365.com');
    assert.match(textsOf(view, 'plain_text').join('\n'), /turned password logins off/);
  });

  test('shows every server field once they are opened, as the line had them', () => {
    const hidden = { ...google, smtp_host: 'mail.other.com', smtp_use_tls: false };
    const view = renderHowPage({ context, draft: openServers(hidden) });
    assertView(view);
    assert.deepEqual(fieldsOf(view), [...SERVERS, 'daily_limit']);
    const { typed, draft } = parseHowPage(typedView(view, { smtp_password: 'abcd efgh ijkl mnop' }));
    assert.deepEqual(typed, typedForGoogle);
    assert.deepEqual(draft, { ...google, servers_open: true });
  });

  test('keeps what was typed when the servers are opened: password and limit keep their ids', () => {
    const before = renderHowPage({ context, draft: google });
    const after = renderHowPage({ context, draft: openServers(google) });
    const ids = new Set(after.blocks.map((block) => block.block_id));
    for (const field of ['smtp_password', 'daily_limit']) assert.ok(ids.has(`${field}.0`));
    assert.ok(before.blocks.some((block) => block.block_id === 'smtp_password.0'));
  });

  test('uses its own servers where those of another provider were typed before, and keeps them for going back', () => {
    const draft = { ...google, smtp_host: 'mail.other.com', imap_port: '143', same_login: false };
    const parsed = parseHowPage(typedView(renderHowPage({ context, draft }), { smtp_password: 'x' }));
    assert.equal(parsed.typed.smtp_host, 'smtp.gmail.com');
    assert.equal(parsed.typed.imap_port, '993');
    assert.equal(parsed.typed.imap_password, 'x');
    assert.deepEqual(parsed.draft, draft);
  });
});

test('what to look at again stands in the page, is read back, and leaves the fields as they are', () => {
  const account = { ...longestAccount, inbox_type: 'OUTLOOK_365', smtp_use_tls: false, imap_use_ssl: false } as const;
  const warnings = findWarnings({
    ...account,
    ...{ smtp_port: 465, imap_port: 993, daily_limit: Number.MAX_SAFE_INTEGER },
    ...{ smtp_password: ' “', imap_password: '” ' },
  });
  assert.equal(warnings.length, 7);
  const draft = { ...longestDraft, same_login: false };
  const [before, after] = [undefined, { warnings, account }].map((warned) =>
    renderHowPage({ context, draft, ...(warned && { warned }) }),
  );
  assert.ok(before && after);
  assertView(after);
  assert.deepEqual(fieldsOf(after), fieldsOf(before));
  assert.equal(after.private_metadata, before.private_metadata);
  assert.deepEqual(parseHowPage(typedView(before)).alreadyWarned, []);
  assert.deepEqual(parseHowPage(typedView(after)).alreadyWarned, warnings);
  assert.match(textsOf(after, 'plain_text').join('\n'), /IMAP password has curly quotes/);
});

test('an encryption that can be unticked says what that means', () => {
  const hints = textsOf(renderHowPage({ context, draft: custom }), 'plain_text').filter((text) =>
    /Keep this ticked.* Without it, others can read the/.test(text),
  );
  assert.equal(hints.length, 2);
});

describe('page 2 for another provider', () => {
  const entered = {
    smtp_host: 'mail.acme.com',
    smtp_port: '465',
    smtp_username: 'jane',
    smtp_password: ' secret ',
    smtp_use_tls: false,
    imap_host: 'imap.acme.com',
    imap_port: '143',
    imap_use_ssl: false,
    daily_limit: '25',
  };

  test('asks for the servers, with the address as user name and one login for both', () => {
    const view = renderHowPage({ context, draft: custom });
    assertView(view);
    assert.deepEqual(fieldsOf(view), [...SERVERS, 'daily_limit']);
    assert.deepEqual(initialsOf(view), {
      smtp_port: '587',
      smtp_username: 'jane@acme.com',
      imap_port: '993',
      daily_limit: '30',
    });
  });

  test('one login: SMTP user name and password serve for IMAP too', () => {
    const { typed, draft } = parseHowPage(typedView(renderHowPage({ context, draft: custom }), entered));
    assert.deepEqual(typed, {
      ...custom,
      ...entered,
      imap_username: 'jane',
      imap_password: ' secret ',
    });
    const { smtp_password: _, ...rest } = entered;
    assert.deepEqual(draft, { ...custom, ...rest });
  });

  test('two logins: unticking shows user name and password for IMAP, and keeps what was typed', () => {
    const unticked = typedView(renderHowPage({ context, draft: custom }), { ...entered, same_login: false });
    const parsed = parseHowPage(unticked);
    assert.equal(parsed.typed.imap_username, 'jane@acme.com');
    assert.equal(parsed.typed.imap_password, undefined);
    const view = renderHowPage(parsed);
    assertView(view);
    assert.deepEqual(fieldsOf(view), [...SERVERS, 'imap_username', 'imap_password', 'daily_limit']);
    assert.equal(initialsOf(view).imap_username, 'jane@acme.com');
    const { typed } = parseHowPage(
      typedView(view, { ...entered, imap_username: 'jane-imap', imap_password: 'other', same_login: false }),
    );
    assert.equal(typed.smtp_password, ' secret ');
    assert.equal(typed.imap_username, 'jane-imap');
    assert.equal(typed.imap_password, 'other');
  });

  test('one login again: what was typed for IMAP does not count, and its user name is kept', () => {
    const view = renderHowPage({ context, draft: { ...custom, same_login: false, imap_username: 'jane-imap' } });
    const parsed = parseHowPage(typedView(view, { ...entered, imap_password: 'other', same_login: true }));
    assert.equal(parsed.typed.imap_password, ' secret ');
    assert.equal(parsed.typed.imap_username, 'jane');
    const again = renderHowPage(parsed);
    assert.ok(!fieldsOf(again).includes('imap_username'));
    assert.equal(parseHowPage(typedView(again)).draft.imap_username, 'jane-imap');
  });

  test('what is left empty stays empty, so that it comes back as a mistake', () => {
    const view = typedView(renderHowPage({ context, draft: custom }), { smtp_username: '', daily_limit: '' });
    const { typed } = parseHowPage(view);
    for (const field of ['smtp_host', 'smtp_username', 'smtp_password', 'daily_limit'] as const) {
      assert.equal(typed[field], undefined);
    }
  });
});

test('what equals its default follows the address and the provider', () => {
  const parsed = parseHowPage(typedView(renderHowPage({ context, draft: openServers(google) })));
  const back = typedView(renderWhoPage({ ...parsed, context: turnPage(parsed.context) }), {
    email_address: 'joe@acme.com',
    inbox_type: 'OUTLOOK_365',
  });
  const { typed } = parseHowPage(typedView(renderHowPage(parseWhoPage(back))));
  assert.equal(typed.smtp_username, 'joe@acme.com');
  assert.equal(typed.imap_username, 'joe@acme.com');
  assert.equal(typed.smtp_host, 'smtp.office365.com');
});

test('what was typed survives going back and switching the provider to and fro', () => {
  const changes = { smtp_host: 'mail.acme.com', smtp_port: '465', imap_host: 'imap.acme.com', daily_limit: '40' };
  let parsed: { context: typeof context; draft: Draft } = parseHowPage(
    typedView(renderHowPage({ context, draft: custom }), { ...changes, smtp_use_tls: false }),
  );
  for (const inbox_type of ['GOOGLE_WORKSPACE', 'OUTLOOK_365', 'CUSTOM_SMTP']) {
    const who = renderWhoPage({ ...parsed, context: turnPage(parsed.context) });
    parsed = parseWhoPage(typedView(who, { inbox_type }));
    parsed = parseHowPage(typedView(renderHowPage({ ...parsed, context: turnPage(parsed.context) })));
  }
  assert.deepEqual(parsed.draft, { ...custom, ...changes, smtp_use_tls: false });
});

test('page 2 holds the longest values there can be, shown and hidden', () => {
  for (const inbox_type of ['CUSTOM_SMTP', 'GOOGLE_WORKSPACE', 'OUTLOOK_365'] as const) {
    for (const servers_open of [true, undefined]) {
      const draft = { ...longestDraft, inbox_type, ...(servers_open && { servers_open }) };
      const view = renderHowPage({ context: longestContext, draft });
      assertView(view);
      assert.deepEqual(parseHowPage(typedView(view)).draft, draft);
    }
  }
});

test('page 2 shows foreign words as plain text', () => {
  const view = renderHowPage({ context, draft: { ...google, email_address: HOSTILE } });
  assertView(view);
  assert.deepEqual(textsOf(view, 'mrkdwn'), []);
});

test('a number out of bounds is no initial value: Slack would refuse the whole view', () => {
  for (const daily_limit of ['0', '-1', '1.5', '99999999999999999999', 'many', LONGEST]) {
    const view = renderHowPage({ context, draft: { ...custom, daily_limit, smtp_port: '65536' } });
    assertView(view);
    assert.equal(initialsOf(view).daily_limit, undefined);
    assert.equal(initialsOf(view).smtp_port, undefined);
  }
});

test('no password that was typed is in any page that is rendered afterwards', () => {
  const passwords = { smtp_password: 'P4ssword-smtp', imap_password: 'P4ssword-imap' };
  const view = renderHowPage({ context, draft: { ...custom, same_login: false } });
  const parsed = parseHowPage(typedView(view, passwords));
  assert.equal(parsed.typed.imap_password, 'P4ssword-imap');
  const pages = [
    renderHowPage(parsed),
    renderWhoPage(parsed),
    renderHowPage({ ...parsed, context: turnPage(context) }),
  ];
  assert.doesNotMatch(JSON.stringify(pages), /P4ssword/);
});

test('password fields never come up filled in, and are other ones after a page was turned', () => {
  const page = (generation: number) =>
    renderHowPage({ context: { ...context, generation }, draft: { ...custom, same_login: false } });
  assert.equal(initialsOf(page(0)).smtp_password, undefined);
  assert.equal(initialsOf(page(0)).imap_password, undefined);
  const ids = (generation: number) => page(generation).blocks.map((block) => String(block.block_id));
  assert.deepEqual(
    ids(0).filter((id) => id.includes('.') && ids(1).includes(id)),
    [],
  );
});

test('every parser reads garbage as a form or refuses it as unreadable, and nothing else happens', () => {
  const value = fc.record({ value: fc.anything(), selected_option: fc.anything(), selected_options: fc.anything() });
  const field = fc.constantFrom('smtp_password', 'same_login', 'inbox_type', '__proto__', 'constructor', 'x');
  const values = fc.dictionary(field, fc.dictionary(field, fc.oneof(value, fc.anything())));
  const almost = fc.record({
    private_metadata: fc.oneof(fc.constant('{"c":"C1","g":0}'), fc.string(), fc.anything()),
    blocks: fc.oneof(fc.constant([{ type: 'input', block_id: 'smtp_password.0' }]), fc.anything()),
    state: fc.oneof(fc.record({ values }), fc.anything()),
  });
  fc.assert(
    fc.property(fc.oneof(almost, fc.anything()), (view) => {
      for (const parse of [parseWhoPage, parseHowPage, parseKeyForm]) {
        try {
          parse(view);
        } catch (error) {
          assert.ok(error instanceof UnreadableViewError, String(error));
        }
      }
    }),
  );
});
