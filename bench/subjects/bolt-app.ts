import { App } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { AccountToAdd, SenderAccount } from '../../src/add-inbox/account/sender-account.ts';
import { type Accept, isReady, message, notice, readAccount, settings, views } from './plain-app.ts';

/*
 * What all subjects on Bolt share, written as one does after reading Bolt's documentation: default receiver, default client,
 * global fetch.
 */

const { signingSecret, botToken, slackApiUrl, coldsendUrl, coldsendKey, endsAtAck } = settings;

export async function startBolt(accept: Accept): Promise<void> {
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
  app.view('add_inbox_how', async ({ ack, view }) => {
    const { account, errors } = readAccount(view);
    if (account === undefined) return ack({ response_action: 'errors', errors });
    const afterAck = await accept({ viewId: view.id, account });
    await ack({ response_action: 'update', view: notice(`Adding ${account.email_address}`) });
    if (!endsAtAck) await afterAck?.();
  });
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  const address = server.address();
  isReady(typeof address === 'object' && address !== null ? address.port : 0);
}

const client = new WebClient(botToken, { slackApiUrl });

/** Posts "is being added" in the channel and returns the `ts` of that message. */
export async function announce(account: AccountToAdd): Promise<string> {
  const { ts = '' } = await client.chat.postMessage(message(account, 'is being added'));
  return ts;
}

/** Posts the outcome in the thread, and shows it in the channel and in the form if they can still be updated. */
export async function tell(viewId: string, account: AccountToAdd, ts: string, status: string): Promise<void> {
  await client.chat.postMessage({ ...message(account, status), thread_ts: ts });
  await client.chat.update({ ...message(account, status), ts }).catch(() => {});
  await client.views.update({ view_id: viewId, view: notice(status) }).catch(() => {});
}

/**
 * @returns ColdSend's `overall_status`, or that it refused
 * @throws if ColdSend may have added it or not
 */
export async function addSenderAccount(account: SenderAccount): Promise<string> {
  const response = await fetch(coldsendUrl, {
    method: 'POST',
    headers: { 'x-api-key': coldsendKey, 'content-type': 'application/json' },
    body: JSON.stringify(account),
    signal: AbortSignal.timeout(60_000),
  });
  if (response.status >= 500) throw new Error(`ColdSend answered ${response.status}`);
  const { overall_status = 'was refused by ColdSend' } = (await response.json()) as { overall_status?: string };
  return overall_status;
}
