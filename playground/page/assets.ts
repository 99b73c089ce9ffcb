import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

export type Asset = { contentType: string; body: string };

/** What the page shares with the servers, by the path it imports it from. */
const SHARED = {
  '/local-slack/json.ts': new URL('../local-slack/json.ts', import.meta.url),
  '/vendor-file.ts': new URL('../vendor-file.ts', import.meta.url),
};

const FOLDER = new URL('./browser/', import.meta.url);

const CONTENT_TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  ts: 'text/javascript; charset=utf-8',
};

/** The page's files by path, read at start: there is no build, the browser gets the TypeScript without its types. */
export function loadAssets(): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const [path, file] of Object.entries(SHARED)) assets.set(path, load(file));
  for (const name of readdirSync(FOLDER)) {
    if (name !== 'tsconfig.json') assets.set(name === 'index.html' ? '/' : `/${name}`, load(new URL(name, FOLDER)));
  }
  return assets;
}

function load(file: URL): Asset {
  const extension = file.pathname.split('.').at(-1) ?? '';
  const text = readFileSync(file, 'utf8');
  return {
    contentType: CONTENT_TYPES[extension] ?? 'text/plain; charset=utf-8',
    body: extension === 'ts' ? stripTypeScriptTypes(text) : text,
  };
}
