import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox } from '../../world/add-google-inbox.ts';
import { type Agency, type AgencyTeam, type Setting, startAgency } from '../start-agency.ts';
import { countStored, isNothing, waitForStored } from '../stored-secrets.ts';

const HOUR_S = 3_600;

/** Uninstalling, revoking, submitting and installing again, in all orders. */
export function describeUninstalling(kind: string, setting: Setting): void {
  test(`leaving, on ${kind}: in any order, late and repeated`, async (context) => {
    const agency = await startAgency(context, setting);
    const { slack, coldsend, teams, install, setUp } = agency;
    const [acme, blue, coral] = teams;
    for (const team of teams) await setUp(team);
    const others = async () => [await countStored(agency, blue.teamId), await countStored(agency, coral.teamId)];
    const untouched = await others();

    const uninstalled: JsonObject = { type: 'app_uninstalled' };
    const botUserId = slack.getWorkspace(acme.teamId).installation?.botUserId ?? '';
    const revoked: JsonObject = { type: 'tokens_revoked', tokens: { oauth: [], bot: [botUserId] } };
    const send = (event: JsonObject, at = Math.floor(Date.now() / 1000)) =>
      slack.sendEvent(acme.teamId, event, { eventTime: at });

    const ORDERS: { name: string; events: JsonObject[] }[] = [
      { name: 'uninstalled, then revoked', events: [uninstalled, revoked] },
      { name: 'revoked, then uninstalled', events: [revoked, uninstalled] },
      { name: 'only uninstalled', events: [uninstalled] },
      { name: 'only revoked', events: [revoked] },
      { name: 'each three times', events: [revoked, uninstalled, revoked, uninstalled, revoked, uninstalled] },
    ];
    for (const { name, events } of ORDERS) {
      await context.test(`${name}: all that was the workspace's own is gone, and nothing of the others`, async () => {
        await slack.uninstall(acme.teamId, { silent: true });
        await Promise.all(events.map((event) => send(event)));
        await waitForStored(agency, acme.teamId, isNothing);
        assert.deepEqual(await others(), untouched);
        await setUp(acme);
        await works(agency, acme, `${name.replaceAll(/\W+/g, '-')}@acme.com`);
      });
    }

    await context.test('events about what was before, after it was installed again: nothing is touched', async () => {
      const longAgo = Math.floor(Date.now() / 1000) - HOUR_S;
      const justNow = Math.floor(Date.now() / 1000);
      await slack.uninstall(acme.teamId, { silent: true });
      await install(acme);
      const asked = () => slack.ledger.calls.filter(({ method }) => method === 'auth.test');
      // The end of a request is stored a moment after people see it.
      await waitForStored(agency, acme.teamId, ({ waiting }) => waiting === 0);
      const before = await countStored(agency, acme.teamId);
      assert.deepEqual({ tokens: before.tokens, keys: before.keys }, { tokens: 1, keys: 1 });
      const askedBefore = asked().length;
      for (const at of [longAgo, justNow]) for (const event of [uninstalled, revoked]) await send(event, at);
      // The events were acknowledged before they were looked at: asking Slack about the token is the last thing they did.
      await slack.waitFor(() => asked()[askedBefore + 1], 'Slack to be asked for each event that may be about either');
      await works(agency, acme, 'after-late@acme.com');
      await waitForStored(agency, acme.teamId, ({ waiting }) => waiting === 0);
      assert.deepEqual(await countStored(agency, acme.teamId), before);
    });

    await context.test("somebody else's token being revoked is nobody's business", async () => {
      await send(
        { type: 'tokens_revoked', tokens: { oauth: [acme.member.userId], bot: [] } },
        Date.now() / 1000 + HOUR_S,
      );
      await works(agency, acme, 'not-ours@acme.com');
    });

    await context.test('submitted, then gone while ColdSend is asked: settled, and told to nobody', async () => {
      const address = 'in-flight@acme.com';
      coldsend.answerNext({ kind: 'slow', delayMs: 1_500 }, { forAddress: address });
      await addGoogleInbox(acme.member, { address, channelId: acme.channelId });
      await coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && JSON.stringify(body).includes(address));
      await slack.uninstall(acme.teamId);
      await waitForStored(agency, acme.teamId, ({ tokens, keys, passwords }) => tokens + keys + passwords === 0);
      await waitForStored(agency, acme.teamId, isNothing);
      const said = slack.messages(acme.channelId).filter(({ text }) => text.includes(address));
      assert.ok(
        said.every(({ threadTs }) => threadTs === undefined),
        'no reply',
      );
      assert.equal(coldsend.accounts.filter(({ email_address }) => email_address === address).length, 1);
      await setUp(acme);
    });

    await context.test('submitted and waiting, then gone: it is never sent, not even after coming back', async () => {
      const address = 'waiting@acme.com';
      coldsend.answerNext({ kind: 'server_error', status: 503, retryAfter: '2' }, { forAddress: address });
      await addGoogleInbox(acme.member, { address, channelId: acme.channelId });
      await slack.waitForCall(({ method, args }) => method === 'chat.update' && JSON.stringify(args).includes(address));
      const sent = () => coldsend.ledger.filter(({ body }) => JSON.stringify(body).includes(address)).length;
      assert.equal(sent(), 1);
      await slack.uninstall(acme.teamId);
      await waitForStored(agency, acme.teamId, isNothing);
      await setUp(acme);
      await works(agency, acme, 'then@acme.com');
      assert.equal(sent(), 1);
      assert.deepEqual(await others(), untouched);
    });

    await context.test('gone, and a form that was still open is submitted: nothing is kept', async () => {
      const { member, channelId } = acme;
      await addGoogleInbox(member, { address: 'last@acme.com', channelId });
      const submission = await slack.waitForDelivery(
        ({ payload }) =>
          payload.type === 'view_submission' &&
          JSON.stringify(payload).includes('last@acme.com') &&
          JSON.stringify(payload).includes('smtp_password'),
      );
      await slack.uninstall(acme.teamId);
      await waitForStored(agency, acme.teamId, isNothing);
      const asked = coldsend.ledger.length;
      const answered = await slack.redeliver(submission, {
        payload: (payload) => JSON.parse(JSON.stringify(payload).replaceAll(/"V[A-Z0-9]+"/g, '"V0OTHER"')),
        to: agency.bots.map(({ url }) => `${url}/slack/events`),
      });
      assert.ok(answered.every(({ httpStatus }) => httpStatus === 200));
      // A replica that has not heard of it yet may still take it: what it took is swept away.
      await waitForStored(agency, acme.teamId, isNothing);
      assert.equal(coldsend.ledger.length, asked);
      await setUp(acme);
      await works(agency, acme, 'at-the-end@acme.com');
    });

    assert.deepEqual(await others(), untouched);
    for (const bot of agency.bots) assert.doesNotMatch(bot.output(), /xoxb-|cs_live_/);
  });
}

/** The workspace is served: an inbox is added with its own key, and told in its own channel. */
async function works({ slack, coldsend }: Agency, team: AgencyTeam, address: string): Promise<void> {
  await addGoogleInbox(team.member, { address, channelId: team.channelId });
  const told = await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
  assert.equal(told.channelId, team.channelId);
  const sent = coldsend.ledger.filter(({ body }) => JSON.stringify(body).includes(address));
  assert.deepEqual(
    sent.map(({ key }) => key),
    [team.name],
  );
}
