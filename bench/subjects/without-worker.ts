import { registerHooks } from 'node:module';

const NO_WORKER = new URL('./no-worker.ts', import.meta.url).href;

/** Preloaded into the bot (`--import`): it accepts submissions as ever, and nobody works on them. */
registerHooks({
  load: (url, context, nextLoad) =>
    url.endsWith('/add-inbox/worker.ts')
      ? { source: `export * from ${JSON.stringify(NO_WORKER)}`, format: 'module', shortCircuit: true }
      : nextLoad(url, context),
});
