import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeMrkdwn, escapeTopLevel, truncate } from '../../../src/slack/blocks/foreign-text.ts';
import { fc } from '../../project/properties.ts';
import { HOSTILE } from '../examples.ts';

test('&, < and > become entities', () => {
  assert.equal(escapeMrkdwn('<!channel> & <@U1>'), '&lt;!channel&gt; &amp; &lt;@U1&gt;');
});

test('whatever is escaped has no control character of mrkdwn left, and unescapes to what it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeMrkdwn(text);
      assert.doesNotMatch(escaped, /[<>]|&(?!amp;|lt;|gt;)/);
      assert.equal(escaped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'), text);
    }),
  );
});

test('in the top-level text foreign words mention, format, show and link nothing', () => {
  const escaped = escapeTopLevel(HOSTILE);
  for (const marked of ['<', '>', '*', '~', '`', ' _i', ':tada:', '://', '@here', 'evil.com', 'evil.example']) {
    assert.ok(!escaped.includes(marked), `${marked} in ${escaped}`);
  }
});

test('in the top-level text each mark is shown as the character that looks like it', () => {
  assert.equal(escapeTopLevel('*bold* `code` ~struck~ _slanted_'), '∗bold∗ ˋcodeˋ ∼struck∼ ˍslantedˍ');
  assert.equal(escapeTopLevel('5*3 a`b c~d'), '5∗3 aˋb c∼d', 'inside words too');
  assert.equal(escapeTopLevel('_a b_c d_'), 'ˍa b_c dˍ');
});

test('in the top-level text what clients link by themselves is broken up, and nothing else', () => {
  const broken = '\u200B';
  for (const [text, expected] of [
    [':tada: is 12:30', `:${broken}tada: is 12:30`],
    ['https://a', `https:${broken}//a`],
    ['@here #general', `@${broken}here #${broken}general`],
    ['a@ #1', `a@ #${broken}1`],
    ['acme.com', `acme.${broken}com`],
    ['The end. 1.5', `The end. 1.${broken}5`],
    ['jane@acme.com', 'jane@acme.com'],
  ] as const) {
    assert.equal(escapeTopLevel(text), expected);
  }
});

test('in the top-level text ordinary addresses, names, statuses and scopes stand as they are', () => {
  for (const text of ['jane_m.doe+x@mail.acme.com', 'PENDING_REVIEW', 'sender_accounts:write', "Jane O'Neil-Doe"]) {
    assert.equal(escapeTopLevel(text), text);
  }
});

test('in the top-level text foreign words stay on one line, whatever they are', () => {
  assert.equal(escapeTopLevel('one\ntwo\u2028three\u202Efour'), 'one two three four');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(escapeTopLevel(text), /[\n\r\u2028\u2029*~`<>]|:\/\/|&(?!amp;|lt;|gt;)/);
    }),
  );
});

test('what fits stays as it is, what does not ends in …', () => {
  assert.equal(truncate('12345', 5), '12345');
  assert.equal(truncate('123456', 5), '1234…');
  assert.equal(truncate('', 5), '');
});

test('a character of two UTF-16 units is never cut in two', () => {
  assert.equal(truncate('ab😀cd', 4), 'ab…');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
      const cut = truncate(text, limit);
      assert.ok(cut.length <= limit);
      assert.ok(cut.isWellFormed());
      assert.ok(cut === text || (cut.endsWith('…') && text.startsWith(cut.slice(0, -1))));
    }),
  );
});
