import { addSenderAccount, announce, startBolt, tell } from './bolt-app.ts';

/** The job with Bolt alone: nothing is kept, and a crash loses what is under way. */
await startBolt(({ viewId, account }) => async () => {
  const ts = await announce(account);
  await tell(viewId, account, ts, await addSenderAccount(account));
});
