import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { refuses, VENDOR_ANSWERS, works } from '../../../playground/local-mail/accounts.ts';
import type { MessageSeen } from '../../../playground/local-slack/local-slack.ts';
import { typeAll, WHO_PAGE, waitForPage } from '../world/fill-form.ts';
import { MANY_POSTS, type World } from '../world/start-bot.ts';
import { addList, CONNECTION_FAILED, checkBeforeSending, startMailWorld } from './mail-world.ts';

const PASSWORD = 'pl4nted-Secret';

test("a list's failed rows that a person fixes in the form are checked before they are sent, also after a stop and a crash", async (context) => {
  const [ann, bob] = ['ann@acme.test', 'bob@acme.test'];
  const accounts = { [ann]: refuses({ imap: VENDOR_ANSWERS.wrongPassword.imap }), [bob]: works(PASSWORD) };
  const mailWorld = await startMailWorld(context, { accounts, slack: MANY_POSTS });
  const { world, mail } = mailWorld;
  const { coldsend, slack, member } = world;
  const postsFor = (address: string) =>
    coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes(address)).length;
  for (const forAddress of [ann, bob]) coldsend.answerNext(CONNECTION_FAILED, { forAddress });
  await addList(mailWorld, [ann, bob]);
  const first = await waitForSummary(world, /2 inboxes need you/);
  assert.doesNotMatch(first.rendered, /Send it anyway/, 'ColdSend refused them');
  await checkBeforeSending(mailWorld);

  await context.test('the check ends with the process, and is made again by the next one', async () => {
    mail.accounts[ann] = { smtp: 'hangs', imap: 'hangs' };
    let connections = mail.connections();
    await member.close({ all: true });
    await member.click('batch_fix', { in: first });
    assert.match(await sendRow(world), /I am adding ann@acme\.test again\.\nRow 2 of 2/);
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      connections += 2;
      for (const end = Date.now() + 10_000; mail.connections() < connections; await nextTurn())
        assert.ok(Date.now() < end);
      await world.bot.stop(signal);
      if (signal === 'SIGKILL') mail.accounts[ann] = accounts[ann] ?? assert.fail();
      await world.restart();
    }
  });

  await context.test('what is refused is held back and counts as failed, and what works is sent', async () => {
    assert.match(await sendRow(world), /I am adding bob@acme\.test again\.\nThat was the last row\./);
    const summary = await waitForSummary(world, /1 inbox needs you/);
    assert.match(summary.rendered, /Its login doesn't work, so we didn't send it: Sending \(SMTP\)/);
    assert.match(summary.rendered, /Reading \(IMAP\): The user name or password is wrong\./);
    assert.match(summary.rendered, /Send it anyway/);
    await waitForCard(world, /1 of 2 inboxes added[\s\S]*1 not added/);
    assert.deepEqual([postsFor(ann), postsFor(bob)], [1, 2], 'once at first, and bob once again');
  });

  await context.test('“Send it anyway” sends it without another check', async () => {
    const before = mail.connections();
    await member.close({ all: true });
    await member.click('batch_send_anyway', { in: await waitForSummary(world, /1 inbox needs you/) });
    assert.match((await waitForPage(member, WHO_PAGE)).rendered, /Row 1 of 1 \(line 2 of your file\)/);
    await sendRow(world);
    await waitForSummary(world, /All fixed: no inbox needs you any more\./);
    await waitForCard(world, /All 2 inboxes added/);
    assert.deepEqual([postsFor(ann), mail.connections()], [2, before]);
  });
  assert.deepEqual(slack.problems, []);
});

/** Submits both pages of the row that is shown, with its password. Resolves with what follows. */
async function sendRow({ member }: World): Promise<string> {
  await waitForPage(member, WHO_PAGE);
  await member.submit();
  await waitForPage(member, 'add_inbox_how');
  await typeAll(member, { smtp_password: PASSWORD });
  const { modal } = await member.submit();
  // The ports are unusual, so the form asks once.
  return (modal?.callbackId === 'add_inbox_how' ? (await member.submit()).modal : modal)?.rendered ?? '';
}

function waitForSummary({ slack, member, channelId }: World, text: RegExp): Promise<MessageSeen> {
  const thread = () => member.in(channelId).flatMap((message) => message.thread);
  return slack.waitFor(() => thread().find(({ rendered }) => text.test(rendered)), String(text), { timeoutMs: 30_000 });
}

function waitForCard({ slack, member, channelId }: World, text: RegExp): Promise<MessageSeen> {
  return slack.waitFor(() => member.in(channelId).find(({ rendered }) => text.test(rendered)), String(text), {
    timeoutMs: 30_000,
  });
}
