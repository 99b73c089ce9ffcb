import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox, fillInGoogleInbox } from '../../world/add-google-inbox.ts';
import { additionsIn, closeAll, errorsOf, NOTICE, waitForPage } from '../../world/fill-form.ts';
import { type Agency, type AgencyTeam, type Setting, startAgency } from '../start-agency.ts';

/** What belongs to one workspace, sent from another one: Slack's signature is right, and what it carries is not theirs. */
export function describeBorrowing(kind: string, setting: Setting): void {
  test(`what is another workspace's, on ${kind}, is of no use`, async (context) => {
    const agency = await startAgency(context, setting);
    const { slack, coldsend, teams } = agency;
    const [acme, blue] = teams;
    for (const team of [acme, blue]) await agency.setUp(team);
    const ofAcme = await waitForRefused(agency, acme, 'acme@acme.com');
    const ofBlue = await waitForRefused(agency, blue, 'blue@blue.com');
    const asked = additionsIn(coldsend).length;
    const saidInAcme = slack.messages(acme.channelId).length;
    const swap = (from: string, to: string) => (payload: JsonObject) =>
      JSON.parse(JSON.stringify(payload).replaceAll(from, to));

    await context.test('its request behind a button is not found', async () => {
      slack.tamperNext({ payload: swap(ofBlue.requestId, ofAcme.requestId) });
      await blue.member.click('try_again', { in: ofBlue });
      const { rendered, fields } = await waitForPage(blue.member, NOTICE);
      assert.match(rendered, /more than 90 days old/);
      assert.deepEqual(fields, []);
      assert.doesNotMatch(rendered, /acme/);
      await closeAll(blue.member);
    });

    await context.test('a form that was opened there is refused', async () => {
      await fillInGoogleInbox(acme.member, { address: 'form@acme.com', channelId: acme.channelId });
      const theirs = acme.member.modal()?.view ?? assert.fail('no form');
      await fillInGoogleInbox(blue.member, { address: 'form@blue.com', channelId: blue.channelId });
      const own = blue.member.modal()?.view ?? assert.fail('no form');
      const quote = (text: string) => JSON.stringify(text).slice(1, -1);
      slack.tamperNext({
        payload: (payload) =>
          swap(own.id, theirs.id)(swap(quote(own.private_metadata), quote(theirs.private_metadata))(payload)),
      });
      const { modal } = await blue.member.submit();
      assert.match(modal?.rendered ?? '', /This form was opened for another person, so I did nothing/);
      for (const { member } of [acme, blue]) await closeAll(member);
    });

    await context.test('its channel hears nothing of a command that names it', async () => {
      slack.tamperNext({ payload: (payload) => ({ ...payload, channel_id: acme.channelId }) });
      await addGoogleInbox(blue.member, { address: 'channel@blue.com', channelId: blue.channelId });
      const told = await slack.waitForMessage(
        ({ threadTs, text }) => threadTs !== undefined && text.includes('channel@blue.com'),
      );
      assert.equal(told.channelId, blue.member.botDm());
      assert.equal(additionsIn(coldsend).at(-1)?.key, blue.name, 'with the key of who asked');
      await closeAll(blue.member);
    });

    await context.test('its channel is bound to no client elsewhere', async () => {
      await blue.admin.openHome();
      await blue.admin.click('home_add_client', { in: 'home' });
      await waitForPage(blue.admin, 'client_key');
      await blue.admin.type('client_label', 'Borrowed');
      await blue.admin.choose('client_channels', [blue.channelId]);
      await blue.admin.type('api_key', blue.apiKey);
      slack.tamperNext({ payload: swap(blue.channelId, acme.channelId) });
      const { modal } = await blue.admin.submit();
      assert.match(errorsOf(modal).client_channels ?? '', /can't post/);
      await closeAll(blue.admin);
      assert.doesNotMatch((await blue.admin.openHome()).rendered, /Borrowed/);
    });

    assert.equal(additionsIn(coldsend).length, asked + 1);
    assert.equal(slack.messages(acme.channelId).length, saidInAcme);
    assert.deepEqual(slack.problems, []);
  });
}

/** A refusal in a thread, with its button. */
async function waitForRefused({ slack, coldsend }: Agency, { member, channelId }: AgencyTeam, address: string) {
  coldsend.answerNext({ kind: 'login_failed' }, { forAddress: address });
  await addGoogleInbox(member, { address, channelId });
  await closeAll(member);
  const message = await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
  const requestId = /"value":"([0-9A-Z]{12})"/.exec(JSON.stringify(message.blocks))?.[1] ?? assert.fail('no button');
  return { ...message, requestId };
}
