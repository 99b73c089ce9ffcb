import { addSenderAccount, announce, startFloor, tell } from './floor-app.ts';

/** The job with as little as there can be. Nothing is kept. */
await startFloor(({ viewId, account }) => async () => {
  const ts = await announce(account);
  await tell(viewId, account, ts, await addSenderAccount(account));
});
