import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import {
  closeAll,
  digestPassword,
  fieldOf,
  openHowPage,
  submitInbox,
  waitForPage,
  waitForSent,
} from '../world/fill-form.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { GONE, look, post, SECRET, save, startWithPage, tokenOf, tokensIn } from '../world/secure-page.ts';
import { startWorld } from '../world/start-bot.ts';

for (const transport of ['http', 'socket'] as const) {
  test(`over ${transport}: the password of an inbox is entered on the secure page`, async (context) => {
    const world = await startWithPage(context, { transport });
    const { slack, coldsend, admin, member, channelId, publicUrl } = world;
    const tokens: string[] = [];
    // A bot that is killed before it has noted its announcement posts another one, which has the reply.
    const messageOf = (address: string) =>
      member.in(channelId).findLast(({ rendered, ephemeral }) => !ephemeral && rendered.includes(address));

    async function ask(address: string, person = member): Promise<string> {
      await closeAll(person);
      await openHowPage(person, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
      await submitInbox(person);
      const token = tokenOf(person);
      tokens.push(token);
      return token;
    }

    function waitsInThread(address: string) {
      const find = () =>
        /Waiting for the password/.test(messageOf(address)?.rendered ?? '') ? messageOf(address) : undefined;
      return slack.waitFor(find, 'the announcement');
    }

    function waitForPrivate(address: string) {
      const find = () =>
        member.in(channelId).find(({ rendered, ephemeral }) => ephemeral && rendered.includes(address));
      return slack.waitFor(find, 'the message with the link');
    }

    await context.test('it waits, across a restart, and is added with what was entered', async () => {
      const address = 'page@acme.com';
      const token = await ask(address);
      const announced = await waitsInThread(address);
      assert.match(announced.rendered, /🔑 Waiting for the password[\s\S]*Requested by @mel/);
      const alone = await waitForPrivate(address);
      assert.deepEqual(tokensIn(alone), [token], 'also in a message that only the person sees');
      for (const seen of [admin.in(channelId), announced]) assert.deepEqual(tokensIn(seen), []);

      await world.bot.stop('SIGKILL');
      await world.restart();
      const looked = await look(publicUrl, token);
      assert.equal(looked.status, 200);
      assert.match(looked.body, /"address":"page@acme\.com"/);
      assert.match(looked.body, /"person":"\w+","workspace":"[^"]+","threadUrl":"https?:/);
      assert.equal(coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes(address)).length, 0);

      assert.deepEqual(await save(publicUrl, token), { status: 200, body: '{"kind":"saved"}' });
      const { smtpPassword, imapPassword } = await waitForSent(coldsend, address);
      assert.deepEqual([smtpPassword, imapPassword], [digestPassword(SECRET), digestPassword(SECRET)]);
      await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
      await slack.waitFor(() => (messageOf(address)?.thread.length === 1 ? true : undefined), 'the reply');
      assert.match(messageOf(address)?.rendered ?? '', /✅ Inbox added/);
      assert.deepEqual(await look(publicUrl, token), GONE);
      assert.deepEqual(await save(publicUrl, token, 'another'), { status: 200, body: '{"kind":"saved"}' });
      assert.deepEqual(await post(publicUrl, 'save', { token, pageId: 'q'.repeat(32), isSure: true }), GONE);
      await waitForSent(coldsend, address);
    });

    await context.test('a new link replaces the old one, and only for the person who asked', async () => {
      const address = 'newlink@acme.com';
      const first = await ask(address);
      const announced = await waitsInThread(address);
      await closeAll(member);
      await admin.click('enter_password', { in: announced });
      const refused = await admin.waitForModal(({ rendered }) => /Only the person who asked/.test(rendered));
      assert.deepEqual(tokensIn(refused.view), []);
      await member.click('enter_password', { in: announced });
      await member.waitForModal(({ rendered }) => /Enter the password on the secure page/.test(rendered));
      const second = tokenOf(member);
      tokens.push(second);
      assert.deepEqual(await look(publicUrl, first), GONE);
      assert.equal((await look(publicUrl, second)).status, 200);
      await member.click('open_secure_page');
      assert.equal((await save(publicUrl, second)).status, 200);
      await waitForSent(coldsend, address);
      await closeAll(admin);
      await closeAll(member);
      await slack.waitFor(() => (/✅/.test(messageOf(address)?.rendered ?? '') ? true : undefined), 'the outcome');
      await member.click('enter_password', { in: await waitForPrivate(address) });
      await member.waitForModal(({ rendered }) => /does not wait for a password anymore/.test(rendered));
      await closeAll(member);
    });

    await context.test('"Fix and try again" goes the same way, in the same thread', async () => {
      const address = 'again@acme.com';
      coldsend.answerNext({ kind: 'login_failed' }, { forAddress: address });
      await save(publicUrl, await ask(address));
      await member.waitForModal(({ rendered }) => rendered.includes('ColdSend refused it'));
      await closeAll(member);
      const reply = messageOf(address)?.thread[0] ?? assert.fail('no reply');
      await member.click('try_again', { in: reply });
      await waitForPage(member, 'add_inbox_who');
      await member.submit();
      await waitForPage(member, 'add_inbox_how');
      await submitInbox(member);
      const token = tokenOf(member);
      tokens.push(token);
      await waitsInThread(address);
      assert.equal((await save(publicUrl, token)).status, 200);
      await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
      await closeAll(member);
      assert.equal(messageOf(address)?.thread.length, 2);
    });

    await context.test('somebody deactivated has no link any more', async () => {
      const ann = slack.as(slack.addPerson({ name: 'ann' }).id);
      slack.join(channelId, ann.userId);
      const token = await ask('left@acme.com', ann);
      assert.equal((await look(publicUrl, token)).status, 200);
      slack.setPerson(ann.userId, { deleted: true });
      assert.deepEqual(await look(publicUrl, token), GONE);
      assert.deepEqual(await save(publicUrl, token), GONE);
    });

    await context.test('with "On the secure page only", no form has a field for a password', async () => {
      await admin.openHome();
      await admin.click('home_settings', { in: 'home' });
      await waitForPage(admin, 'settings');
      await admin.choose('passwords_in', 'secure_page');
      assert.equal((await admin.submit()).modal, undefined);
      await closeAll(member);
      const page = await openHowPage(member, channelId, { address: 'only@acme.com', provider: 'CUSTOM_SMTP' });
      assert.ok(page.fields.every(({ actionId }) => !actionId.includes('password')));
      assert.match(page.rendered, /Then you get a link to a secure page/);
      await member.type('smtp_host', 'smtp.acme.com');
      await member.type('imap_host', 'imap.acme.com');
      await submitInbox(member);
      const token = tokenOf(member);
      tokens.push(token);
      assert.equal((await save(publicUrl, token)).status, 200);
      await waitForSent(coldsend, 'only@acme.com');
      await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
      await closeAll(member);
    });

    await context.test(
      'the password is nowhere in Slack, the log or the database, and no token in the last two',
      async () => {
        const metrics = await (await fetch(`${publicUrl}/metrics`)).text();
        assert.equal(await world.bot.stop(), 0);
        const folder = dirname(world.databasePath);
        const files = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
        const secrets = {
          password: SECRET,
          ...Object.fromEntries(tokens.map((token, index) => [`token ${index}`, token])),
        };
        assert.ok(tokens.length >= 6);
        assert.deepEqual(findSecrets(world.bot.output(), secrets), [], 'the log');
        assert.deepEqual(findSecrets(metrics, secrets), [], 'the metrics');
        assert.deepEqual(findSecrets(files, secrets), [], 'the database');
        const { calls, deliveries, payloads } = slack.ledger;
        assert.deepEqual(findSecrets(JSON.stringify([calls, deliveries, payloads]), { password: SECRET }), [], 'Slack');
        const metadata =
          JSON.stringify([calls, payloads])
            .match(/private_metadata[^}]*?"/g)
            ?.join() ?? '';
        assert.deepEqual(findSecrets(metadata, secrets), []);
        assert.deepEqual(slack.problems, []);
      },
    );
  });
}

test('without PUBLIC_URL there is no secure page, and a form needs the password', async (context) => {
  const { bot, admin, member, channelId } = await startWorld(context);
  for (const [method, path] of [
    ['GET', '/secure'],
    ['POST', '/secure/look'],
    ['POST', '/secure/save'],
  ] as const) {
    assert.equal((await fetch(bot.url + path, { method })).status, 404);
  }
  const page = await openHowPage(member, channelId, { address: 'jane@acme.com', provider: 'GOOGLE_WORKSPACE' });
  assert.ok(fieldOf(page, 'smtp_password'));
  assert.doesNotMatch(page.rendered, /secure page/);
  await admin.openHome();
  await admin.click('home_settings', { in: 'home' });
  const settings = await waitForPage(admin, 'settings');
  assert.match(settings.rendered, /ask the person who runs this bot to set PUBLIC_URL/);
});
