import assert from 'node:assert/strict';
import { MAIL_DOMAIN } from './local-mail/playground-mail.ts';
import type { Person } from './local-slack/local-slack.ts';
import { startPlayground } from './start-playground.ts';
import { writeVendorFile } from './vendor-file.ts';

const GOOGLE_PASSWORD = 'abcd efgh ijkl mnop';

/** Its mail server refuses the login over IMAP. */
const WRONG_IMAP = `wrong-imap@${MAIL_DOMAIN}`;

/**
 * Plays the main job through, from the stored key to the thread, and prints what each person sees at each step.
 * Throws where any of it does not work.
 *
 * @param print takes one line or several
 */
export async function playTour(print: (text: string) => void): Promise<void> {
  const playground = await startPlayground();
  const { slack, coldsend, apiKey } = playground;
  try {
    const ada = slack.as(slack.addPerson({ name: 'Ada', is_admin: true }).id);
    const mel = slack.as(slack.addPerson({ name: 'Mel' }).id);
    const { id: channelId } = slack.addChannel({ name: 'inboxes', members: [ada.userId, mel.userId], withBot: true });

    step('Mel types /add-inbox before there is a ColdSend API key');
    await mel.command('/add-inbox', { channelId });
    show(mel, (await mel.waitForModal(({ rendered }) => rendered.includes('no ColdSend API key'))).rendered);
    await mel.close();

    step('Ada, an admin, types /add-inbox. The bot asks her for the key first');
    await ada.command('/add-inbox', { channelId });
    await ada.waitForModal(({ callbackId }) => callbackId === 'store_key');
    await ada.type('api_key', apiKey);
    show(ada, seenBy(ada));
    const afterKey = await ada.submit();
    assert.equal(afterKey.modal?.callbackId, 'add_inbox_who', 'the key is stored and the form goes on');
    await ada.close();

    step('Mel types /add-inbox jane@acme.com and the name. The bot finds the provider by itself');
    await mel.command('/add-inbox jane@acme.com', { channelId });
    await mel.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
    await mel.type('display_name', 'Jane Doe');
    show(mel, seenBy(mel));
    await mel.submit();

    step('The second page shows that it is Google, and how that was found. Mel enters the app password');
    const google = await mel.waitForModal(({ rendered }) => rendered.includes('by its MX record'));
    show(mel, google.rendered);
    await mel.type('smtp_password', GOOGLE_PASSWORD);
    await mel.submit();

    step('The channel, a moment later');
    await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('ACTIVE'));
    await slack.waitFor(
      () => mel.in(channelId).find(({ text }) => text.includes('ACTIVE')),
      'the announcement to be updated',
    );
    show(mel, channelOf(mel, channelId));
    assert.equal(coldsend.accounts.length, 1, 'ColdSend has the inbox');

    step("Another inbox. This time, ColdSend can't log in to the mailbox, and the bot checks why");
    coldsend.answerNext({ kind: 'login_failed' });
    await mel.command(`/add-inbox ${WRONG_IMAP}`, { channelId });
    await mel.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
    await mel.type('display_name', 'Bob');
    await mel.submit();
    const own = await mel.waitForModal(({ rendered }) => rendered.includes('by its SRV records'));
    show(mel, own.rendered);
    await mel.type('smtp_password', 'not the right one');
    await submitWarned(mel);
    const refusal = await slack.waitForMessage(
      ({ text, threadTs }) => threadTs !== undefined && text.includes(WRONG_IMAP) && text.includes('Our check'),
    );
    await slack.waitFor(() => mel.in(channelId)[1]?.thread[0], 'the reply in the thread');
    show(mel, mel.in(channelId)[1]?.thread[0]?.rendered ?? '');

    step('Mel presses "Fix and try again". Only the password is missing in the form');
    await mel.close({ all: true });
    await mel.click('try_again', { in: { channelId, ts: refusal.ts } });
    await mel.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
    await mel.submit();
    await mel.type('smtp_password', 'the right one');
    await submitWarned(mel);
    await slack.waitFor(() => {
      const { rendered = '', thread = [] } = mel.in(channelId)[1] ?? {};
      return rendered.startsWith('✅') && thread[1];
    }, 'the second reply in the same thread, and its headline');
    show(mel, channelOf(mel, channelId));

    await mel.close({ all: true });
    await addMany(mel, channelId);

    step("Ada opens the bot's Home tab");
    show(ada, (await ada.openHome()).rendered);
    assert.equal(coldsend.accounts.length, 39, 'ColdSend has all inboxes');
    assert.deepEqual(slack.problems, [], "nothing broke Slack's rules");
    print('\nAll of it worked.');
  } finally {
    await playground.close();
  }

  /** A vendor's file with 40 rows, three of them wrong; ColdSend refuses one more. */
  async function addMany(mel: Person, channelId: string): Promise<void> {
    step("Mel types /add-inbox many and chooses a vendor's file with 40 rows");
    await mel.command('/add-inbox many', { channelId });
    await mel.waitForModal(({ callbackId }) => callbackId === 'batch_form');
    await mel.attach('file', [{ name: 'globex-october.csv', content: writeVendorFile() }]);
    show(mel, seenBy(mel));
    await mel.submit();

    step('The rows are read and checked. Nothing is sent before Mel confirms it');
    await mel.waitForModal(({ callbackId }) => callbackId === 'batch_preview');
    show(mel, seenBy(mel));
    coldsend.answerNext({ kind: 'login_failed' });
    await mel.submit();
    show(mel, seenBy(mel));

    step('One message for all of them, a moment later. Its thread has what failed and the results');
    const card = () => mel.in(channelId).at(-1);
    await slack.waitFor(() => card()?.thread.at(-1)?.text.startsWith('1 inbox needs you') || undefined, 'the summary');
    show(mel, channelOf(mel, channelId, -1));

    step('Mel presses "Fix what failed" and enters the password again');
    await mel.close({ all: true });
    const summary = card()?.thread.at(-1);
    await mel.click('Fix what failed', { in: { channelId, ts: summary?.ts ?? '' } });
    await mel.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
    await mel.submit();
    await mel.type('smtp_password', GOOGLE_PASSWORD);
    show(mel, seenBy(mel));
    await mel.submit();
    await slack.waitFor(() => card()?.text.startsWith('All 37 inboxes added') || undefined, 'the end of the batch');
    await slack.waitFor(
      () => mel.in(channelId).at(-1)?.thread.at(-1)?.text.startsWith('All fixed') || undefined,
      'that all is fixed',
    );
    show(mel, channelOf(mel, channelId, -1));
    await mel.close({ all: true });
  }

  function step(title: string): void {
    print(`\n── ${title}\n`);
  }

  function show(person: Person, rendered: string): void {
    assert.ok(rendered.length > 0, `${person.userId} sees something`);
    print(rendered.replace(/^/gm, '   '));
  }
}

/** The form asks once where a port is unusual. */
async function submitWarned(person: Person): Promise<void> {
  const { modal } = await person.submit();
  if (modal?.callbackId === 'add_inbox_how') await person.submit();
}

function seenBy(person: Person): string {
  return person.modal()?.rendered ?? '';
}

/** @param from the first message, counted as `slice` does */
function channelOf(person: Person, channelId: string, from = 0): string {
  const messages = person
    .in(channelId)
    .slice(from)
    .map(({ rendered, thread }) => {
      const replies = thread.map((reply) => reply.rendered.replace(/^/gm, '  ↳ '));
      return [rendered, ...replies].join('\n');
    });
  return messages.join('\n\n');
}
