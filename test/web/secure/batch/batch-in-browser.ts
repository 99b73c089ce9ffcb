import type { Locator, Page } from 'playwright-core';
import { title } from '../page-in-browser.ts';
import { SAMPLE_FILE } from './sample-file.ts';

/* What people do on the page for many inboxes. */

export async function choose(page: Page, text: string | Buffer = SAMPLE_FILE, name = 'globex-october.csv') {
  await page.setInputFiles('input[type=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(text) });
}

/** Opens the table of a file. */
export async function openSheet(page: Page, text: string = SAMPLE_FILE): Promise<void> {
  await title(page, 'Add many inboxes');
  await choose(page, text);
  await title(page, /^Check/);
}

export const rowAt = (page: Page, line: number): Locator => page.locator(`tr[data-line="${line}"]`);

export const cellAt = (page: Page, line: number, cell: string): Locator =>
  rowAt(page, line).locator(`[data-cell="${cell}"]`);

export const input = (page: Page, label: string): Locator => page.getByLabel(label, { exact: true });

/** Waits for an expression in the page. The page's policy forbids Playwright's own way. */
export async function until(page: Page, expression: string): Promise<void> {
  await page.evaluate(`(async () => {
    const endsAt = Date.now() + 20_000;
    while (!(${expression})) {
      if (Date.now() > endsAt) throw new Error(${JSON.stringify(expression)} + document.querySelector('main').innerText);
      await new Promise((done) => setTimeout(done, 20));
    }
  })()`);
}

/** The numbers above the table, and what the button says. */
export async function waitForCounts(page: Page, counts: string, button: string): Promise<void> {
  await until(
    page,
    `document.querySelector('.counts').innerText.replace(/\\s+/g, ' ') === '${counts}' &&
      document.querySelector('.act .main').textContent === '${button}'`,
  );
}

/** The text of a cell. */
export async function waitForCell(page: Page, line: number, cell: string, text: string): Promise<void> {
  await until(
    page,
    `document.querySelector('tr[data-line="${line}"] [data-cell="${cell}"]').innerText.split('\\n')[0] === '${text}'`,
  );
}

export const focused = (page: Page): Promise<unknown> =>
  page.evaluate(`(({ ariaLabel, textContent, dataset, parentElement }) =>
    ariaLabel ?? (dataset.cell ? dataset.cell + ' ' + parentElement.dataset.line : textContent))(document.activeElement)`);
