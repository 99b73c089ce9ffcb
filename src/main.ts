import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Beside the packages, where nobody else can put code for us; where that can't be written, each start compiles anew. */
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)));

// Only what is loaded after the cache was enabled comes out of it.
const { run } = await import('./run.ts');
await run(process.env);
