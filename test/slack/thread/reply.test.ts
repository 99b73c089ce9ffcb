import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Outcome, TROUBLE_KINDS, type UnknownWhy } from '../../../src/add-inbox/request/outcome.ts';
import { renderReply } from '../../../src/slack/thread/reply.ts';
import type { Message } from '../../../src/slack/web-api/slack-api.ts';
import { fc } from '../../project/properties.ts';
import { assertMessage, textsOf } from '../blocks/block-kit.ts';
import { added, HOSTILE, heldBack, longestAccount, outcomes, request } from '../examples.ts';

const BUTTONS: Record<Outcome['kind'], string | undefined> = {
  added: undefined,
  exists: undefined,
  refused: 'Fix and try again',
  key_refused: 'Fix and try again',
  unknown: 'Try again',
  expired: 'Try again',
  stopped: 'Try again',
};

const REFUSED_LOGIN: Outcome = { kind: 'refused', reason: 'Connection failed', fields: [] };

const WHYS: UnknownWhy[] = ['answer_lost', 'server_error', 'unexpected_answer', 'interrupted'];

test('added: overall_status and daily limit in two columns, the inbox ID in small print; the headline has the rest', () => {
  const message = replyTo(outcomes.added);
  assert.deepEqual(factsOf(message), {
    '*overall_status*': 'PENDING (ColdSend is still validating it)',
    '*Daily limit*': '100 a day',
  });
  const small = message.blocks.filter(({ type }) => type === 'context');
  assert.deepEqual(textsOf(small, 'plain_text'), [`Inbox ID: ${added.inbox_id}`]);
  assert.doesNotMatch(JSON.stringify(message.blocks), /Inbox added|jane@acme/, 'the announcement says that');
  assert.match(message.text, /^Inbox added – jane@acme.com \(Jane Doe\)\. overall_status: PENDING/);
});

test('an address that ColdSend has otherwise is shown, unless only its domain is in ASCII', () => {
  const typed = { ...request, account: { ...request.account, email_address: 'jane@müller.de' } };
  for (const [theirs, shown] of [
    ['jane@xn--mller-kva.de', false],
    ['bob@xn--mller-kva.de', true],
  ] as const) {
    const outcome = { kind: 'added', account: { ...added, email_address: theirs } } as const;
    assert.equal(factsOf(renderReply({ ...typed, outcome }))['*Address*'], shown ? theirs : undefined);
  }
});

test('a provider that ColdSend calls something else is shown as it is', () => {
  const message = replyTo({ kind: 'added', account: { ...added, inbox_type: 'toString' } });
  assert.equal(factsOf(message)['*Provider*'], 'toString');
});

for (const [kind, outcome] of Object.entries(outcomes)) {
  test(`${kind}: the text says all that the blocks say`, () => {
    const message = replyTo(outcome);
    const facts = message.blocks.filter((block) => ['facts', 'reasons', 'login'].includes(block.block_id ?? ''));
    for (const line of textsOf(facts, 'plain_text').flatMap((text) => text.split('\n'))) {
      assert.ok(message.text.includes(line), line);
    }
    assert.ok(
      message.text.includes(
        textsOf(
          message.blocks.find((block) => block.block_id === 'next'),
          'plain_text',
        )[0] ?? '?',
      ),
    );
    assert.ok(message.text.includes('jane@acme.com (Jane Doe)'));
  });

  test(`${kind}: ${BUTTONS[outcome.kind] === undefined ? 'no button to try again' : 'a button that carries the request'}`, () => {
    const { blocks } = replyTo(outcome);
    const [actions] = blocks.flatMap((block) => (block.block_id === 'try_again' && 'elements' in block ? [block] : []));
    const buttons = actions?.elements ?? [];
    const label = BUTTONS[outcome.kind];
    const expected = {
      type: 'button',
      action_id: 'try_again',
      value: 'req_01',
      text: { type: 'plain_text', text: label, emoji: false },
    };
    assert.deepEqual(buttons, label === undefined ? [] : [expected]);
  });

  test(`${kind}: a reference where something went wrong`, () => {
    const message = replyTo(outcome);
    assert.equal(message.text.endsWith('Support code: req_01'), kind !== 'added');
    assert.equal(textsOf(message, 'plain_text').includes('Support code: req_01'), kind !== 'added');
  });
}

test('added: a test email and a removal, as long as something can be done with the inbox', () => {
  const idsOf = (outcome: Outcome) =>
    replyTo(outcome).blocks.flatMap((block) =>
      block.type === 'actions'
        ? block.elements.map((each) => ('value' in each ? [each.action_id, each.value] : []))
        : [],
    );
  const outcome = { kind: 'added', account: added } as const;
  assert.deepEqual(idsOf(outcome), [
    ['inbox_test_email', 'req_01'],
    ['inbox_remove', 'req_01'],
  ]);
  for (const closed of ['removed', 'unsupported'] as const) assert.deepEqual(idsOf({ ...outcome, closed }), []);
  assert.deepEqual(idsOf({ kind: 'added', account: { ...added, inbox_id: '' } }), []);
  assert.match(replyTo({ ...outcome, closed: 'removed' }).text, /^Inbox removed from ColdSend – .*later removed/);
});

test('refused: each field that ColdSend names, in the words of the form, and unknown ones as they are', () => {
  const fields = [
    { field: 'smtp_port', reason: 'too high' },
    { field: 'constructor', reason: 'odd' },
  ];
  const message = replyTo({ kind: 'refused', reason: 'Validation error', fields });
  const facts = textsOf(
    message.blocks.find((block) => block.block_id === 'reasons'),
    'plain_text',
  )[0];
  assert.equal(facts, 'ColdSend says: Validation error\nSMTP port: too high\nconstructor: odd');
});

test('refused: of very many fields the first are shown, and how many more there are', () => {
  const fields = Array.from({ length: 40 }, (_, index) => ({ field: `f${index}`, reason: 'wrong' }));
  assert.match(JSON.stringify(replyTo({ kind: 'refused', reason: '', fields }).blocks), /and 26 more/);
});

test('added without an answer about it: no empty line', () => {
  const nothing = { inbox_id: '', email_address: '', display_name: '', inbox_type: '', daily_limit: 0 };
  const message = replyTo({ kind: 'added', account: { ...nothing, overall_status: '' } });
  assert.deepEqual(factsOf(message), { '*overall_status*': 'no status given' });
  assert.doesNotMatch(JSON.stringify(message.blocks), /✅|Inbox ID|Daily limit|Address|Name/);
});

for (const kind of TROUBLE_KINDS) {
  test(`refused for ${kind}: what it was, whose words these are, and whose it is to mend`, () => {
    const trouble = { kind, status: 404, isColdsends: false };
    const refused: Extract<Outcome, { kind: 'refused' }> = {
      kind: 'refused',
      reason: 'Some words',
      fields: [],
      trouble,
    };
    const { text } = replyTo(refused);
    assert.match(text, /HTTP 404/);
    assert.match(text, /The answer says: Some words/);
    assert.match(text, /Ask the person who runs this bot|ask the person who runs this bot/);
    assert.match(
      text,
      kind === 'wrong_address' ? /COLDSEND_ADD_PATH/ : kind === 'not_coldsend' ? /key did not change/ : /proxy/,
    );
    assert.doesNotMatch(text, /ColdSend refused/);
    assert.match(JSON.stringify(replyTo(refused).blocks), /Try again/);
    assert.match(replyTo({ ...refused, trouble: { ...trouble, isColdsends: true } }).text, /ColdSend says: Some words/);
    assert.doesNotMatch(replyTo({ ...refused, reason: 'HTTP 404' }).text, /says:/);
  });
}

test('refused by the key: which scopes are missing, and who can replace it', () => {
  const { text } = replyTo(outcomes.key_refused);
  assert.match(text, /Missing scopes: .*sender_accounts/);
  assert.match(text, /admin or owner/);
});

test('unknown: why, each in words of its own, and that it may have been added', () => {
  const texts = WHYS.map((why) => replyTo({ kind: 'unknown', why }).text);
  assert.equal(new Set(texts).size, WHYS.length);
  for (const text of texts) assert.match(text, /We don't know if the inbox was added/);
});

test('unknown because a backup was restored: said so, and that another result in the thread counts', () => {
  const { text } = replyTo({ kind: 'unknown', why: 'interrupted', restored: true });
  assert.match(text, /We don't know[\s\S]*restored from a backup[\s\S]*another reply/);
  assert.doesNotMatch(text, /I restarted/);
});

test('unknown after a 503 that is not ColdSend’s: that another server answered', () => {
  const { text } = replyTo({ kind: 'unknown', why: 'answer_lost', status: 503 });
  assert.match(text, /server between this bot and ColdSend answered in its place \(HTTP 503\)/);
  assert.match(text, /We don't know if the inbox was added/);
});

test('exists: that an earlier try may have added it', () => {
  assert.match(replyTo(outcomes.exists).text, /earlier try/);
});

test('where ColdSend gives no reason, none is made up', () => {
  for (const kind of ['exists', 'refused'] as const) {
    const message = replyTo({ kind, reason: ' ', fields: [] });
    assert.doesNotMatch(message.text, /ColdSend says/);
    assert.ok(message.blocks.every((block) => block.block_id !== 'reasons'));
  }
});

test('an error for a field that says nothing makes no empty block, which Slack would refuse', () => {
  const silent = { field: ' ', reason: '\n' };
  const onlySilent = replyTo({ kind: 'refused', reason: '', fields: [silent] });
  assertMessage(onlySilent);
  assert.ok(onlySilent.blocks.every((block) => block.block_id !== 'reasons'));
  assert.match(
    replyTo({ kind: 'refused', reason: '', fields: [silent, { field: '', reason: 'Too high' }] }).text,
    /Too high/,
  );
});

test('a request without an outcome has no reply', () => {
  assert.throws(() => renderReply(request), TypeError);
});

test('whatever ColdSend says fits, stands in plain text and marks nothing up', () => {
  const foreign = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(HOSTILE, HOSTILE.repeat(100), '&'.repeat(9_000), '😀'.repeat(5_000), ''),
  );
  const someOutcome = fc.oneof(
    fc.record({ kind: fc.constant('exists' as const), reason: foreign }),
    fc.record({
      kind: fc.constant('refused' as const),
      reason: foreign,
      fields: fc.array(fc.record({ field: foreign, reason: foreign }), { maxLength: 20 }),
    }),
    fc.record({ kind: fc.constant('key_refused' as const), reason: foreign, missingScopes: fc.array(foreign) }),
    fc.record({
      kind: fc.constant('added' as const),
      account: fc.record({
        inbox_id: foreign,
        email_address: foreign,
        display_name: foreign,
        inbox_type: foreign,
        daily_limit: fc.integer(),
        overall_status: foreign,
      }),
    }),
  );
  fc.assert(
    fc.property(someOutcome, fc.constantFrom(request.account, longestAccount), (outcome, account) => {
      const message = renderReply({ ...request, account, outcome });
      assertMessage(message);
      for (const ours of textsOf(message, 'mrkdwn')) assert.match(ours, /^\*[\w ]+\*$/);
      assert.doesNotMatch(message.text, /[<>*~`]|:\/\/|&(?!amp;|lt;|gt;)/);
    }),
    { numRuns: 60 },
  );
});

/** The facts by their labels. */
function factsOf({ blocks }: Message): Record<string, string> {
  const facts = blocks.find((block) => block.block_id === 'facts');
  const [labels, values] = [textsOf(facts, 'mrkdwn'), textsOf(facts, 'plain_text')];
  return Object.fromEntries(labels.map((label, index) => [label, values[index] ?? '']));
}

function replyTo(outcome: Outcome) {
  const message = renderReply({ ...request, outcome });
  assertMessage(message);
  return message;
}

test('where the stored passwords cannot be read it says that nothing was sent, and how to enter them again', () => {
  const message = replyTo({ kind: 'expired', why: 'passwords_unreadable' });
  assertMessage(message);
  assert.match(message.text, /^Inbox not added: I can't read its passwords any more/);
  assert.match(message.text, /We sent nothing to ColdSend this time\. Press “Try again” below and enter the passwords/);
  assert.doesNotMatch(message.text, /day/);
  assert.match(JSON.stringify(message), /"try_again"/);
});

test("our check of the login stands beside ColdSend's answer, with what to do", () => {
  const imap = { kind: 'refused', reason: 'imap_off' } as const;
  const message = replyTo({ ...REFUSED_LOGIN, login: { smtp: { kind: 'works' }, imap } });
  const login = message.blocks.find((block) => block.block_id === 'login');
  const lines = [
    'Our check:',
    'Sending (SMTP): The login works.',
    "Reading (IMAP): IMAP is off for this mailbox. Turn it on in the mailbox's settings or the admin console.",
  ];
  assert.deepEqual(textsOf(login, 'plain_text'), [lines.join('\n')]);
  assert.ok(message.text.includes(['ColdSend says: Connection failed.', ...lines].join(' ')), message.text);
});

test('where neither server may be tested, that is said once', () => {
  const untested = { kind: 'unknown', reason: 'not_tested_here' } as const;
  const message = replyTo({ ...REFUSED_LOGIN, login: { smtp: untested, imap: untested } });
  assert.match(message.text, /Connection failed\. Our check: We can't test these servers from here\. Press/);
});

test('where both halves work, the password is right', () => {
  const works = { kind: 'works' } as const;
  const message = replyTo({ ...REFUSED_LOGIN, login: { smtp: works, imap: works } });
  assert.match(
    message.text,
    /Our check: Sending and reading: The login works\. So the password is right\. Try again\./,
  );
});

test('an inbox that was held back can be fixed, or sent anyway, and nothing is said of ColdSend refusing it', () => {
  const message = replyTo(heldBack);
  assertMessage(message);
  assert.match(message.text, /^Inbox not added: its login doesn't work/);
  assert.match(message.text, /We sent nothing to ColdSend and deleted the passwords\./);
  const buttons = message.blocks.find(({ type }) => type === 'actions');
  assert.deepEqual(textsOf(buttons, 'plain_text'), ['Fix and try again', 'Send it anyway']);
});
