import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INBOX_TYPES } from '../../../src/add-inbox/account/providers.ts';
import { fromStoredName } from '../../../src/add-inbox/keys/key-owner.ts';
import { PRIVATE_METADATA } from '../../../src/slack/blocks/limits.ts';
import { encodeFormMetadata, readFormMetadata } from '../../../src/slack/form/form-metadata.ts';
import { decodePrivateMetadata } from '../../../src/slack/modals/private-metadata.ts';
import { UnreadableViewError } from '../../../src/slack/modals/unreadable-view-error.ts';
import { fc } from '../../project/properties.ts';
import { context, longestContext, longestDraft } from '../examples.ts';

const text = fc.option(fc.string({ unit: 'binary', maxLength: 60 }), { nil: undefined });
const flag = fc.option(fc.boolean(), { nil: undefined });

const drafts = fc.record(
  {
    email_address: text,
    display_name: text,
    inbox_type: fc.constantFrom(...INBOX_TYPES),
    smtp_host: text,
    smtp_port: text,
    smtp_username: text,
    smtp_use_tls: flag,
    imap_host: text,
    imap_port: text,
    imap_username: text,
    imap_use_ssl: flag,
    daily_limit: text,
    same_login: flag,
    servers_open: flag,
  },
  { requiredKeys: [] },
);

const contexts = fc.record(
  {
    openedBy: fc.string(),
    owner: fc.string().map(fromStoredName),
    channelId: fc.string(),
    sealedResponseUrl: fc.option(fc.string({ maxLength: 220 }), { nil: undefined }),
    retryOf: fc.option(fc.uuid(), { nil: undefined }),
    generation: fc.nat(999_999_999),
  },
  { noNullPrototype: true },
);

const decode = (encoded: string) => readFormMetadata(decodePrivateMetadata(encoded));

test('what is written is read back, whatever it is', () => {
  fc.assert(
    fc.property(contexts, drafts, (someContext, draft) => {
      const decoded = decode(encodeFormMetadata(someContext, draft));
      assert.deepEqual(decoded, { context: someContext, draft: defined(draft) });
    }),
  );
});

test('the longest form there can be fits, and nothing of it is left out', () => {
  const encoded = encodeFormMetadata(longestContext, longestDraft);
  assert.ok(encoded.length <= PRIVATE_METADATA, `${encoded.length}`);
  const { context: read, draft } = decode(encoded);
  assert.deepEqual({ context: read, draft }, { context: longestContext, draft: longestDraft });
});

test('a form that was opened before a deploy is read after it: each letter keeps its meaning', () => {
  const encoded =
    '{"w":"U1","l":"L","v":"V","c":"C1","g":3,"r":"R","u":"U","t":"CUSTOM_SMTP","o":true,"m":false,"s":true,"i":false,' +
    '"d":"30","p":"465","q":"993","a":"a@b","n":"N","x":"X","y":"Y","h":"H","k":"K"}';
  assert.deepEqual(decode(encoded), {
    context: {
      openedBy: 'U1',
      owner: { kind: 'client', name: 'L' },
      channelId: 'C1',
      generation: 3,
      retryOf: 'R',
      sealedResponseUrl: 'U',
    },
    draft: {
      inbox_type: 'CUSTOM_SMTP',
      servers_open: true,
      same_login: false,
      smtp_use_tls: true,
      imap_use_ssl: false,
      daily_limit: '30',
      smtp_port: '465',
      imap_port: '993',
      email_address: 'a@b',
      display_name: 'N',
      smtp_username: 'X',
      imap_username: 'Y',
      smtp_host: 'H',
      imap_host: 'K',
    },
  });
});

test('signs that Slack escapes in other texts are not in it, and are read back', () => {
  const display_name = 'R&D <Jane> &amp;';
  const encoded = encodeFormMetadata(context, { display_name });
  assert.doesNotMatch(encoded, /[&<>]/);
  assert.equal(decode(encoded).draft.display_name, display_name);
});

test('where even more is typed, host names that can not be ones give way to the rest', () => {
  const draft = { ...longestDraft, smtp_host: '😀'.repeat(255), imap_host: '😀'.repeat(255) };
  const encoded = encodeFormMetadata(longestContext, draft);
  assert.ok(encoded.length <= PRIVATE_METADATA);
  const decoded = decode(encoded);
  assert.deepEqual(decoded.context, longestContext);
  assert.equal(decoded.draft.imap_host, undefined);
  assert.equal(decoded.draft.display_name, draft.display_name);
});

test('nothing was written: no context, no draft', () => {
  assert.deepEqual(decode(''), { draft: {} });
});

for (const [what, encoded] of Object.entries({
  'no JSON': 'c2:C1g1:0',
  'JSON that is no object': '[]',
  'an unknown letter': '{"z":"x"}',
  'a name instead of its letter': '{"openedBy":"U1"}',
  'a text cut off': '{"c":"C1',
  'a generation that is no number': '{"c":"C1","g":"x"}',
  'an unknown provider': '{"c":"C1","g":0,"t":"AOL!"}',
  'a flag that is none': '{"o":"2"}',
})) {
  test(`${what} is refused`, () => {
    assert.throws(() => decode(encoded), UnreadableViewError);
  });
}

test('garbage is read or refused, and nothing else happens', () => {
  const letters = fc.json();
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), letters), (encoded) => {
      try {
        decode(encoded);
      } catch (error) {
        assert.ok(error instanceof UnreadableViewError);
        assert.ok(encoded.length < 4 || !error.message.includes(encoded));
      }
    }),
  );
});

function defined(draft: object): object {
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined));
}
