import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * JavaScript, for this file alone is read before the cache is there: to strip types of even one file Node loads a compiler
 * (WebAssembly, 17 MB and 50 ms). What comes out of the cache was stripped when it went in.
 */

/** Beside the packages, where nobody else can put code for us; where that can't be written, each start compiles anew. */
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)));

// Only what is loaded after the cache was enabled comes out of it.
await import('./main.ts');

// Otherwise it is written when the process ends in order, and some never do. With nothing new in it, it takes no millisecond.
setTimeout(flushCompileCache, 1_000).unref();
