import { App } from '@slack/bolt';
import type { SenderAccount } from '../../src/add-inbox/account/sender-account.ts';
import { isReady, message, notice, readAccount, settings, views } from './plain-app.ts';

/** The job as one writes it with Bolt after reading its documentation: default receiver, default client, global fetch. */
const { signingSecret, botToken, slackApiUrl, coldsendUrl, coldsendKey, endsAtAck } = settings;

const app = new App({
  signingSecret,
  authorize: async () => ({ botToken, botId: 'B1', botUserId: 'U0BOT' }),
  clientOptions: { slackApiUrl },
});

app.command('/add-inbox', async ({ ack, body, client }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: views.who });
});

app.view('add_inbox_who', async ({ ack }) => {
  await ack({ response_action: 'update', view: views.how });
});

app.view('add_inbox_how', async ({ ack, view, client }) => {
  const { account, errors } = readAccount(view);
  if (account === undefined) return ack({ response_action: 'errors', errors });
  await ack({ response_action: 'update', view: notice(`Adding ${account.email_address}`) });
  if (endsAtAck) return;
  const { ts = '' } = await client.chat.postMessage(message(account, 'is being added'));
  const status = await addSenderAccount(account);
  await client.chat.postMessage({ ...message(account, status), thread_ts: ts });
  await client.chat.update({ ...message(account, status), ts });
  await client.views.update({ view_id: view.id, view: notice(status) });
});

const server = await app.start({ port: 0, host: '127.0.0.1' });
const address = server.address();
isReady(typeof address === 'object' && address !== null ? address.port : 0);

async function addSenderAccount(account: SenderAccount): Promise<string> {
  const response = await fetch(coldsendUrl, {
    method: 'POST',
    headers: { 'x-api-key': coldsendKey, 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  const { overall_status } = (await response.json()) as { overall_status: string };
  return overall_status;
}
