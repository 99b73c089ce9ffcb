import { registerHooks } from 'node:module';

/** Preloaded into the bot (`--import`): it accepts submissions as ever, and nobody works on them. */
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier.endsWith('/add-inbox/worker.ts')
      ? { url: new URL('./no-worker.ts', import.meta.url).href, format: 'module-typescript', shortCircuit: true }
      : nextResolve(specifier, context),
});
