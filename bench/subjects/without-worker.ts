import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';

const WORKER = '/src/add-inbox/worker/worker.ts';
const NO_WORKER = new URL('./no-worker.ts', import.meta.url).href;

// A worker that was moved would go on working, and be measured.
statSync(new URL(`../..${WORKER}`, import.meta.url));

/** Preloaded into the bot (`--import`): it accepts submissions as ever, and nobody works on them. */
registerHooks({
  load: (url, context, nextLoad) =>
    url.endsWith(WORKER)
      ? { source: `export * from ${JSON.stringify(NO_WORKER)}`, format: 'module', shortCircuit: true }
      : nextLoad(url, context),
});
