import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';

const WORKER = new URL('../../src/add-inbox/worker/worker.ts', import.meta.url);
const NO_WORKER = new URL('./no-worker.ts', import.meta.url).href;

// A worker that was moved would go on working, and be measured.
statSync(WORKER);

/** Preloaded into the bot (`--import`): it accepts submissions as ever, and nobody works on them. */
registerHooks({
  load: (url, context, nextLoad) =>
    url === WORKER.href
      ? { source: `export * from ${JSON.stringify(NO_WORKER)}`, format: 'module', shortCircuit: true }
      : nextLoad(url, context),
});
