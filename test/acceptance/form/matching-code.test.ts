import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Person } from '../../../playground/local-slack/local-slack.ts';
import { openManyForm } from '../batches/batch-world.ts';
import { closeAll, openHowPage, submitInbox, waitForPage, waitForSent } from '../world/fill-form.ts';
import { GONE, post, SECRET, startWithPage, tokenOf } from '../world/secure-page.ts';

const [MINE, OTHER] = ['p'.repeat(32), 'q'.repeat(32)];

for (const transport of ['http', 'socket'] as const) {
  test(`over ${transport}: with a matching code, the link alone opens nothing`, async (context) => {
    const world = await startWithPage(context, { transport });
    const { slack, coldsend, admin, member, channelId, publicUrl } = world;

    const look = (token: string, page: string) => post(publicUrl, 'look', { token }, publicUrl, page);
    const save = (token: string, pageId: string) => {
      const passwords = { smtp_password: SECRET, imap_password: SECRET };
      return post(publicUrl, 'save', { token, pageId, ...passwords, isSure: false }, publicUrl, pageId);
    };
    const codeOf = async (token: string, page: string) => {
      const { status, body } = await look(token, page);
      const [, code] = /^\{"kind":"code","code":"(\w\w-\w{3})","worksForMs":\d+\}$/.exec(body) ?? [];
      assert.equal(status, 200);
      return code ?? assert.fail(body);
    };
    const question = (code: string) =>
      slack.waitFor(
        () => inDm(member).find(({ rendered }) => rendered.includes(`This is me: ${code}`)),
        `the question about ${code}`,
      );
    const shown = (words: RegExp) =>
      slack.waitFor(() => inDm(member).find(({ rendered }) => words.test(rendered)), String(words));

    async function ask(address: string): Promise<string> {
      await closeAll(member);
      await openHowPage(member, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
      await submitInbox(member);
      return tokenOf(member);
    }

    await admin.openHome();
    await admin.click('home_settings', { in: 'home' });
    await waitForPage(admin, 'settings');
    await admin.choose('matching_code', 'yes');
    assert.equal((await admin.submit()).modal, undefined);

    await context.test('"This is me" opens that page, and no other', async () => {
      const token = await ask('code@acme.com');
      const code = await codeOf(token, MINE);
      assert.equal(await codeOf(token, MINE), code);
      assert.deepEqual(await save(token, MINE), GONE);
      const asked = await question(code);
      assert.match(asked.rendered, /code@acme\.com/);
      assert.doesNotMatch(JSON.stringify([inDm(admin), admin.in(channelId), member.in(channelId)]), new RegExp(code));
      await world.bot.stop('SIGKILL');
      await world.restart();
      await member.click('confirm_code', { in: asked });
      await shown(/Confirmed\. Go back to the secure page/);
      assert.match((await look(token, MINE)).body, /"address":"code@acme\.com"/);
      assert.notEqual(await codeOf(token, OTHER), code);
      assert.deepEqual(await save(token, OTHER), GONE);
      assert.deepEqual(await save(token, MINE), { status: 200, body: '{"kind":"saved"}' });
      await waitForSent(coldsend, 'code@acme.com');
    });

    await context.test('"Not me" ends the link, and a new link asks again', async () => {
      const token = await ask('thief@acme.com');
      const code = await codeOf(token, OTHER);
      await member.click('deny_code', { in: await question(code) });
      await shown(/The link does not work anymore, and the page with this code showed nothing/);
      assert.deepEqual(await look(token, OTHER), GONE);
      const announced = await slack.waitFor(
        () => member.in(channelId).find(({ rendered, ephemeral }) => !ephemeral && rendered.includes('thief@acme.com')),
        'the announcement',
      );
      await closeAll(member);
      await member.click('enter_password', { in: announced });
      await member.waitForModal(({ rendered }) => /Enter the password on the secure page/.test(rendered));
      assert.notEqual(await codeOf(tokenOf(member), MINE), code);
    });

    await context.test('an earlier code does nothing anymore', async () => {
      const token = await ask('twice@acme.com');
      const first = await question(await codeOf(token, OTHER));
      await codeOf(token, MINE);
      await member.click('confirm_code', { in: first });
      await shown(/This code is not valid anymore, so I did nothing/);
      for (const page of [MINE, OTHER]) assert.match((await look(token, page)).body, /"kind":"code"/);
    });
    await context.test('a page for many inboxes asks in the same way', async () => {
      await closeAll(member);
      await openManyForm(member, channelId);
      const token = tokenOf(member);
      const code = await codeOf(token, MINE);
      assert.deepEqual(await look(token, 'short'), GONE);
      await member.click('confirm_code', { in: await question(code) });
      await slack.waitFor(
        () => (inDm(member).some(({ rendered }) => rendered.includes(code)) ? undefined : true),
        'the answer',
      );
      assert.match((await look(token, MINE)).body, /"kind":"batch"/);
      await closeAll(member);
    });
    assert.deepEqual(slack.problems, []);
    assert.equal(await world.bot.stop(), 0);
    assert.match(world.bot.output(), /"warn".*"A person did not recognize a page that opened their link"/);
  });
}

function inDm(person: Person) {
  const dm = person.botDm();
  return dm === undefined ? [] : person.in(dm);
}
