import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails where the page throws, breaks its own policy or asks for anything but the bot. */
export async function open(
  browser: Browser,
  context: TestContext,
  url: string,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<Page> {
  const window = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const problems: string[] = [];
  const token = new URL(url).hash.slice(1);
  const page = await window.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (line) => {
    if (/Content Security Policy|Uncaught/.test(line.text())) problems.push(line.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) problems.push(`asked for ${request.url()}`);
    if (request.url().includes(token)) problems.push('the token was sent in an address');
  });
  context.after(async () => {
    await window.close();
    assert.deepEqual(problems, []);
  });
  await prepare(page);
  await page.goto(url);
  return page;
}

export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
export const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

/** None of the secrets is anywhere that outlives the script. */
export async function assertNothingKept(page: Page, secrets: readonly string[]): Promise<void> {
  const kept = await page.evaluate(`(async () => JSON.stringify([
    document.documentElement.outerHTML, document.title, location.href, history.state, document.cookie,
    { ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), await caches.keys(),
    [...document.querySelectorAll('input, textarea')].map(({ value }) => value),
    // The navigation's entry has the whole address, for this document's script only, for as long as the document lives.
    performance.getEntriesByType('resource').map(({ name }) => name),
  ]))()`);
  for (const secret of secrets) assert.ok(!String(kept).includes(secret), secret);
}

export async function findViolations(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  return page.evaluate('axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))');
}
