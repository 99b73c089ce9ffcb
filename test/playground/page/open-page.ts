import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { type CastMember, populate } from '../../../playground/page/populate.ts';
import { servePage } from '../../../playground/page/serve-page.ts';
import { type Playground, startPlayground } from '../../../playground/start-playground.ts';

const ACTION_TIMEOUT_MS = 30_000;

export type Opened = {
  playground: Playground;
  cast: CastMember[];
  url: string;
  page: Page;
  /** The modal. */
  modal: Locator;
  /** The conversation in the middle, the thread beside it, and what is backstage. */
  conversation: Locator;
  thread: Locator;
  bench: Locator;
  /** Another window onto the same playground. */
  open(options?: BrowserContextOptions): Promise<Page>;
};

/** The whole playground with its page in a browser; all of it gone after the test, which fails where the page threw. */
export async function openPage(
  context: TestContext,
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const playground = await startPlayground();
  const cast = populate(playground.slack);
  const served = await servePage(playground, cast, { port: 0 });
  const errors: Error[] = [];
  const closing: (() => Promise<void>)[] = [];
  context.after(async () => {
    for (const close of closing) await close();
    await served.close();
    await playground.close();
    if (errors.length > 0) throw new AggregateError(errors, 'the page threw');
  });

  const open = async (given: BrowserContextOptions = {}): Promise<Page> => {
    const window = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...given });
    closing.push(() => window.close());
    window.setDefaultTimeout(ACTION_TIMEOUT_MS);
    const page = await window.newPage();
    page.on('pageerror', (error) => errors.push(error));
    page.on('console', (line) => {
      if (line.type() === 'error') errors.push(new Error(line.text()));
    });
    await page.goto(served.url);
    await page.getByRole('main').waitFor();
    return page;
  };
  const page = await open(options);

  return {
    playground,
    cast,
    url: served.url,
    page,
    modal: page.locator('#modal'),
    conversation: page.getByRole('main'),
    thread: page.getByRole('complementary', { name: 'Thread' }),
    bench: page.getByRole('complementary', { name: 'Backstage' }),
    open,
  };
}

/** Sends what is written into the box of the conversation on the screen. */
export async function send(page: Page, line: string): Promise<void> {
  const box = page.getByRole('main').getByRole('combobox');
  await box.fill(line);
  await box.press('Enter');
  // The list of commands takes the first Enter, to complete.
  if ((await box.inputValue()) !== '') await box.press('Enter');
}

/** Stores the key of the playground by the guide's first step, and closes the form that follows. */
export async function storeKey({ page, modal }: Opened): Promise<void> {
  await page.getByRole('button', { name: 'Open the form' }).click();
  await modal.getByLabel('API key').waitFor();
  await modal.getByRole('button', { name: 'Fill in an example' }).click();
  await modal.getByRole('button', { name: 'Save the key' }).click();
  await modal.getByLabel('Address of the inbox').waitFor();
  await closeModal(modal);
}

export async function closeModal(modal: Locator): Promise<void> {
  await modal.getByRole('button', { name: /^(Cancel|Close)$/ }).click();
  await modal.waitFor({ state: 'hidden' });
}

/** Adds an inbox with the examples, by a command with this address, and leaves the form open on how it went. */
export async function addExample({ page, modal }: Opened, address: string): Promise<void> {
  await send(page, `/add-inbox ${address}`);
  await modal.getByLabel('Address of the inbox').waitFor();
  await modal.getByRole('button', { name: 'Fill in an example' }).click();
  await modal.getByRole('button', { name: 'Next', exact: true }).click();
  await modal.getByRole('textbox', { name: 'App password' }).fill('abcd efgh ijkl mnop');
  await modal.getByRole('button', { name: 'Add inbox' }).click();
  await modal.getByRole('textbox', { name: 'App password' }).waitFor({ state: 'detached' });
}

const axeResults = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullable(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** What axe finds serious or critical on the page as it is, in words. */
export async function findSerious(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const results = axeResults.parse(await page.evaluate('axe.run({ resultTypes: ["violations"] })'));
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = '' }) => `${id}: ${html}\n${failureSummary}`));
}
