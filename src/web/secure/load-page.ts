import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { PAGE, PRODUCT } from './browser/sentences.ts';

const STYLES = ['base.css', 'states.css', 'batch/batch.css', 'batch/sheet/sheet.css'];

/** Each file after those that it imports. contract.ts has only types. */
const SCRIPTS = [
  'sentences.ts',
  'dom.ts',
  'ask.ts',
  'plain-states.ts',
  'password/password-field.ts',
  'password/password-state.ts',
  'batch/batch-sentences.ts',
  'batch/upload-state.ts',
  'batch/progress-state.ts',
  'batch/sheet/sheet.ts',
  'batch/sheet/cells.ts',
  'batch/sheet/window.ts',
  'batch/sheet/checker.ts',
  'batch/sheet/row-view.ts',
  'batch/sheet/rows-in-view.ts',
  'batch/sheet/setup.ts',
  'batch/sheet/table.ts',
  'batch/sheet/sheet-state.ts',
  'batch/other-tabs.ts',
  'batch/batch-state.ts',
  'main.ts',
];

/**
 * The whole page, in one file with one style and one script. The browser gets the TypeScript without its types. There is no build,
 * and nothing is loaded from anywhere.
 */
export function loadSecurePage(): { html: string; headers: Record<string, string> } {
  const style = STYLES.map(read).join('');
  const script = SCRIPTS.map((name) => withoutModules(stripTypeScriptTypes(read(name)))).join('\n');
  const html = read('secure-page.html')
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`)
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => WORDS[name] ?? '');
  return { html, headers: { ...HEADERS, 'content-security-policy': policyFor(style, script) } };
}

const WORDS: Record<string, string> = {
  title: PAGE.title,
  product: PRODUCT,
  frame: PAGE.frame,
  noScript: PAGE.noScript,
  starting: PAGE.starting,
};

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

function policyFor(style: string, script: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function read(name: string): string {
  return readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');
}

/** All scripts share one scope. */
function withoutModules(script: string): string {
  return script.replaceAll(/^import [^;]*;$/gm, '').replaceAll(/^export /gm, '');
}
