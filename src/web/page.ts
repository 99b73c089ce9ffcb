import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** The parts of a page, all as plain text. */
export type Part =
  | { kind: 'paragraph'; text: string }
  | { kind: 'heading'; text: string }
  | { kind: 'list'; items: string[]; ordered: boolean }
  | { kind: 'button'; text: string; href: string };

export type Page = { title: string; parts: Part[] };

/** The colors are those of the secure page. */
const STYLE = `
:root { color-scheme: light dark; --ink: #171a23; --dim: #555b6a; --paper: #f6f7f9; --card: #fff; --line: #e3e6ec; --brand: #1f2a44; --on-brand: #fff; --link: #2a52bd; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eceef3; --dim: #a4aab9; --paper: #0e1015; --card: #16191f; --line: #282d38; --brand: #a9c1ff; --on-brand: #0e1424; --link: #a9c1ff; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 8vh 1rem 2rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 36rem; margin: 0 auto; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.05rem; }
p, ol, ul { margin: 0 0 .9rem; overflow-wrap: anywhere; }
p, li { color: var(--dim); }
ol, ul { padding-left: 1.4rem; }
li + li { margin-top: .35rem; }
a.button { display: inline-block; margin-top: .6rem; padding: .7rem 1.3rem; border-radius: 8px; background: var(--brand); color: var(--on-brand); font-weight: 600; text-decoration: none; }
a.button:hover { text-decoration: underline; }
a.button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
`;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  // The URL of the last step contains Slack's code.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A complete HTML page that loads nothing from other servers. */
function renderPage({ title, parts }: Page): string {
  const body = parts.map(renderPart).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

export function sendPage(response: ServerResponse, status: number, page: Page): void {
  response.writeHead(status, HEADERS).end(renderPage(page));
}

function renderPart(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
      return `<p>${escapeHtml(part.text)}</p>`;
    case 'heading':
      return `<h2>${escapeHtml(part.text)}</h2>`;
    case 'list': {
      const tag = part.ordered ? 'ol' : 'ul';
      return `<${tag}>${part.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</${tag}>`;
    }
    case 'button':
      return `<a class="button" href="${escapeHtml(part.href)}">${escapeHtml(part.text)}</a>`;
  }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
