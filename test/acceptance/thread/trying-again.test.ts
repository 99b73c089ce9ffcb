import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addGoogleInbox, GOOGLE_PASSWORD } from '../world/add-google-inbox.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';
import { REFUSED, threadOf, UNKNOWN } from './outcome-world.ts';

test('the button makes a new request in the same thread, and what was told before stays', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, guest, channelId } = world;

  await context.test('a lost answer: unknown, then the button is told that ColdSend has it', async () => {
    const address = 'lost@acme.com';
    coldsend.answerNext({ kind: 'lost_answer' }, { forAddress: address });
    await addGoogleInbox(member, { address, channelId, name: 'Lost & Found' });
    await member.waitForModal(({ rendered }) => rendered.includes(UNKNOWN));
    await member.close({ all: true });
    const before = threadOf(world, address).replies;

    const form = await pressButton(address);
    assert.deepEqual(
      form.fields.map(({ value }) => value).slice(0, 3),
      [address, 'Lost & Found', 'GOOGLE_WORKSPACE'],
      'filled in',
    );
    await member.submit();
    const second = await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_how');
    assert.ok(second.fields.some(({ actionId, value }) => actionId === 'smtp_password' && value === undefined));
    await member.type('smtp_password', GOOGLE_PASSWORD);
    await member.submit();
    await member.waitForModal(({ rendered }) => rendered.includes('ColdSend already has it'));
    await member.close({ all: true });

    const { root, replies } = threadOf(world, address);
    assert.equal(replies.length, 2);
    assert.deepEqual(replies[0], before[0], 'the first reply stays as it was');
    assert.match(replies[1]?.rendered ?? '', /Email already exists[\s\S]*that try worked/);
    assert.match(root.rendered, /^ℹ️ Inbox not added: ColdSend already has it/);
    assert.equal(coldsend.accounts.filter(({ email_address }) => email_address === address).length, 1);
  });

  await context.test('somebody else fixes it, from the same button, as often as it takes', async () => {
    const address = 'fix@acme.com';
    coldsend.answerNext({ kind: 'login_failed' }, { forAddress: address, times: 2 });
    await addGoogleInbox(member, { address, channelId });
    await member.waitForModal(({ rendered }) => rendered.includes(REFUSED));
    await member.close({ all: true });
    for (const [number, wanted] of [REFUSED, '✅ Inbox added'].entries()) {
      await pressButton(address, admin);
      await admin.submit();
      await admin.type('smtp_password', GOOGLE_PASSWORD);
      await admin.submit();
      await admin.waitForModal(({ rendered }) => rendered.includes(wanted));
      await admin.close({ all: true });
      assert.equal(threadOf(world, address).replies.length, number + 2);
    }
    assert.match(
      threadOf(world, address).root.rendered,
      /^✅ Inbox added\nfix@acme\.com · Jane Doe\nRequested by @ada · /,
    );
    assert.equal(member.in(channelId).filter(({ rendered }) => rendered.includes(address)).length, 1, 'one thread');
  });

  await context.test(
    'once it was added, the button says so, by whom, with a link, and the Home has one line',
    async () => {
      const address = 'fix@acme.com';
      const page = await pressButton(address, member, ({ callbackId }) => callbackId === 'notice');
      assert.match(
        page.rendered,
        /This inbox was added in the meantime.*fix@acme\.com.*Requested by @ada, .*Open the message/s,
      );
      assert.deepEqual(page.fields, []);
      const [, link] = /<(https?:[^|]*)\|Open the message>/.exec(JSON.stringify(page.view)) ?? [];
      const reply = threadOf(world, address).replies.at(-1);
      assert.ok(reply && link?.includes(`/${channelId}/p${reply.ts.replace('.', '')}`), link);
      await member.close({ all: true });
      const { rendered } = await member.openHome();
      assert.equal(rendered.split(address).length, 2, rendered);
      assert.match(rendered, /fix@acme\.com\n✅ Inbox added · @ada/);
    },
  );

  await context.test('while another try is under way it says so, also to who had the form open', async () => {
    const address = 'twice@acme.com';
    coldsend.answerNext({ kind: 'login_failed' }, { forAddress: address });
    await addGoogleInbox(member, { address, channelId });
    await member.waitForModal(({ rendered }) => rendered.includes(REFUSED));
    await member.close({ all: true });
    for (const person of [member, admin]) {
      await pressButton(address, person);
      await person.submit();
      await person.type('smtp_password', GOOGLE_PASSWORD);
    }
    coldsend.answerNext({ kind: 'rate_limited', retryAfter: '2' }, { forAddress: address });
    await admin.submit();
    const { modal } = await member.submit();
    assert.match(modal?.rendered ?? '', /I am adding this inbox right now.*Requested by @ada/s);
    await member.close({ all: true });
    const page = await pressButton(address, member, ({ callbackId }) => callbackId === 'notice');
    assert.match(page.rendered, /I am adding this inbox right now.*Requested by @ada/s);
    await member.close({ all: true });
    await admin.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    await admin.close({ all: true });
    assert.equal(threadOf(world, address).replies.length, 2);
    assert.equal(coldsend.accounts.filter(({ email_address }) => email_address === address).length, 1);
  });

  await context.test('what was added from a form of its own is known too, also where Slack gives no link', async () => {
    const address = 'anew@acme.com';
    coldsend.answerNext({ kind: 'login_failed' }, { forAddress: address });
    await addGoogleInbox(member, { address, channelId });
    await member.waitForModal(({ rendered }) => rendered.includes(REFUSED));
    await member.close({ all: true });
    const failed = threadOf(world, address).replies[0];
    await addGoogleInbox(admin, { address, channelId });
    await admin.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    await admin.close({ all: true });
    for (const fault of ['hang', { status: 500 }, { error: 'message_not_found' }] as const) {
      slack.failNext('chat.getPermalink', fault);
      await member.click('try_again', { in: { channelId, ts: failed?.ts ?? '' } });
      const page = await member.waitForModal(({ callbackId }) => callbackId === 'notice');
      assert.match(page.rendered, /This inbox was added in the meantime.*Requested by @ada.*#inboxes/s);
      await member.close({ all: true });
    }
  });

  await context.test('a guest who presses it gets a no and nothing to type into', async () => {
    const form = await pressButton('fix@acme.com', guest, ({ rendered }) => rendered.includes('Guests'));
    assert.deepEqual(form.fields, []);
    await guest.close({ all: true });
  });

  assert.deepEqual(slack.problems, []);

  async function pressButton(
    address: string,
    by = member,
    shows = ({ callbackId }: { callbackId: string; rendered: string }) => callbackId === 'add_inbox_who',
  ) {
    const [first] = threadOf(world, address).replies;
    assert.ok(first);
    await by.click('try_again', { in: { channelId, ts: first.ts } });
    return by.waitForModal(shows);
  }
});
