import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAll, openHowPage, submitInbox } from '../world/fill-form.ts';
import { GONE, look, save, startWithPage, tokenOf } from '../world/secure-page.ts';

test('an inbox that waits for its password can be cancelled', async (context) => {
  const { slack, coldsend, admin, member, channelId, publicUrl } = await startWithPage(context, { transport: 'http' });
  const find = (address: string, words: RegExp) =>
    slack.waitFor(
      () =>
        member
          .in(channelId)
          .find(({ rendered, ephemeral }) => !ephemeral && rendered.includes(address) && words.test(rendered)),
      `${words} for ${address}`,
    );

  async function ask(address: string): Promise<string> {
    await closeAll(member);
    await openHowPage(member, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
    await submitInbox(member);
    return tokenOf(member);
  }

  await context.test('in the window, by the person who asked', async () => {
    const token = await ask('window@acme.com');
    await find('window@acme.com', /Waiting for the password/);
    await member.click('cancel_request');
    await member.waitForModal(({ rendered }) => /Cancelled|Inbox not added: cancelled/.test(rendered));
    assert.deepEqual(await look(publicUrl, token), GONE);
    assert.deepEqual(await save(publicUrl, token), GONE);
    const announced = await find('window@acme.com', /Inbox not added: cancelled[\s\S]*Cancelled by @mel/);
    assert.doesNotMatch(announced.rendered, /Enter password|deleted the passwords/);
    const [reply] = await slack.waitFor(() => (announced.thread.length === 1 ? announced.thread : undefined), 'reply');
    assert.match(reply?.rendered ?? '', /Nobody entered its password, and we sent nothing to ColdSend/);
  });

  await context.test('in the thread, by an admin; not by anybody else', async () => {
    const token = await ask('thread@acme.com');
    const announced = await find('thread@acme.com', /Waiting for the password/);
    const ann = slack.as(slack.addPerson({ name: 'ann' }).id);
    slack.join(channelId, ann.userId);
    await ann.click('cancel_request', { in: announced });
    await ann.waitForModal(({ rendered }) => /Only the person who asked for this inbox and admins/.test(rendered));
    assert.equal((await look(publicUrl, token)).status, 200);
    await admin.click('cancel_request', { in: announced });
    await find('thread@acme.com', /Inbox not added: cancelled[\s\S]*Cancelled by @ada/);
    assert.deepEqual(await look(publicUrl, token), GONE);
  });

  const sent = JSON.stringify(coldsend.ledger.map(({ body }) => body));
  assert.doesNotMatch(sent, /window@acme\.com|thread@acme\.com/);
  assert.deepEqual(slack.problems, []);
});
