import { enableCompileCache, flushCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * JavaScript, for this file alone is read before the cache is there: to strip types of even one file Node loads a compiler
 * (WebAssembly, 17 MB and 50 ms). What comes out of the cache was stripped when it went in.
 */

/** Beside the packages, where nobody else can put code for us; where that can't be written, each start compiles anew. */
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)));

/**
 * A module that names another by its place is taken at its word. Node looks each up on the disk first (is it there, is it a link,
 * which package is it of), which for 1,600 such names is a quarter of the start.
 */
const resolving = registerHooks({
  resolve: (specifier, context, nextResolve) =>
    /^\.\.?\//.test(specifier) && context.parentURL?.startsWith('file:') && context.conditions.includes('import')
      ? { url: new URL(specifier, context.parentURL).href, shortCircuit: true }
      : nextResolve(specifier, context),
});

// Only what is loaded after the cache was enabled comes out of it.
await import('./main.ts');
resolving.deregister();

// Otherwise it is written when the process ends in order, and some never do. With nothing new in it, it takes no millisecond.
setTimeout(flushCompileCache, 1_000).unref();
