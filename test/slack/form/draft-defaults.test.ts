import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateAccount } from '../../../src/add-inbox/account/sender-account.ts';
import { draftLike, draftOf } from '../../../src/slack/form/draft-defaults.ts';
import { parseHowPage, renderHowPage } from '../../../src/slack/form/how-page.ts';
import { account, context } from '../examples.ts';
import { typedView } from '../modals/typed-view.ts';

const own = {
  ...account,
  inbox_type: 'CUSTOM_SMTP' as const,
  smtp_host: 'mail.acme.com',
  smtp_port: 465,
  imap_host: 'mail.acme.com',
  smtp_use_tls: false,
  daily_limit: 30,
};

for (const [what, given] of Object.entries({
  'a Google account': account,
  'a Google account behind other servers': { ...account, smtp_host: 'relay.acme.com' },
  'a Google account with another user name': { ...account, smtp_username: 'alias', imap_username: 'alias' },
  'an account of another provider': own,
  'one with two logins': { ...own, smtp_username: 'out', imap_username: 'in', imap_use_ssl: false },
})) {
  test(`the form for trying ${what} again makes the same account`, () => {
    const draft = draftOf(given);
    const passwords = { smtp_password: 'x', ...(draft.same_login === false && { imap_password: 'y' }) };
    const { typed } = parseHowPage(typedView(renderHowPage({ context, draft }), passwords));
    const validated = validateAccount(typed);
    assert.ok(validated.ok);
    assert.deepEqual({ ...validated.value, ...account, ...given }, validated.value);
  });
}

test('of an account with nothing but defaults the form keeps who it is', () => {
  const { email_address, display_name, inbox_type } = account;
  assert.deepEqual(draftOf(account), { email_address, display_name, inbox_type });
});

test('for another inbox like it the form keeps provider, servers and limit, and nothing of its own', () => {
  const like = draftLike({ ...account, inbox_type: 'CUSTOM_SMTP', smtp_host: 'mx.acme.com', daily_limit: 30 });
  assert.deepEqual([like.inbox_type, like.smtp_host, like.daily_limit], ['CUSTOM_SMTP', 'mx.acme.com', '30']);
  assert.doesNotMatch(JSON.stringify(like), /jane/i);
});
