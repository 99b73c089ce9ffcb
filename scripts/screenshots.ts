import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { populate } from '../playground/page/populate.ts';
import { servePage } from '../playground/page/serve-page.ts';
import { startPlayground } from '../playground/start-playground.ts';
import { writeVendorFile } from '../playground/vendor-file.ts';
import { findChromium, openChromium } from './open-chromium.ts';

const FOLDER = fileURLToPath(new URL('../docs/', import.meta.url));

const chromium = findChromium(process.env);

if (chromium === undefined) {
  process.stderr.write('There is no Chromium: install it, or set CHROMIUM_PATH to the path of one.\n');
  process.exitCode = 2;
} else {
  await takeScreenshots(chromium);
}

/** Plays the first minute in the playground, and writes the pictures that the README shows. */
async function takeScreenshots(executablePath: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const playground = await startPlayground();
  const served = await servePage(playground, populate(playground.slack), { port: 0 });
  const browser = await openChromium(executablePath);
  try {
    const page = await browser.newPage({
      viewport: { width: 1360, height: 820 },
      locale: 'en-US',
      colorScheme: 'light',
    });
    const modal = page.locator('#modal');
    const shoot = (name: string) => page.screenshot({ path: `${FOLDER}${name}.png`, animations: 'disabled' });
    const press = (name: string) => modal.getByRole('button', { name, exact: true }).click();

    await page.goto(served.url);
    await page.getByRole('button', { name: 'Open the form' }).click();
    await modal.getByLabel('API key').first().waitFor();
    await press('Fill in an example');
    await press('Save the key');
    await modal.getByLabel('Address of the inbox').waitFor();
    await press('Fill in an example');
    await shoot('form');

    await press('Next');
    await modal.getByRole('textbox', { name: 'App password' }).waitFor();
    await press('Fill in an example');
    await press('Add inbox');
    await modal.getByText('ACTIVE').waitFor();
    await press('Close');
    await page.getByText('Add an inbox (done)').waitFor();
    await page.mouse.move(0, 0);
    await shoot('thread');

    for (const kind of ['login_failed', 'login_failed', 'exists'] as const) playground.coldsend.answerNext({ kind });
    const composer = page.locator('textarea[id^=composer]').first();
    await composer.fill('/add-inbox many');
    await composer.press('Enter');
    await modal.getByRole('button', { name: 'A vendor’s file with 40 rows' }).click();
    await modal.getByText('globex-october.csv').waitFor();
    await press('Check rows');
    await press('Add 37 inboxes');
    await press('Close');
    await page.getByRole('log', { name: 'Messages', exact: true }).getByText('of 37 inboxes added').waitFor();
    await page.getByRole('button', { name: '3 replies' }).click();
    await page.getByRole('button', { name: 'Fix what failed' }).hover();
    await page.mouse.wheel(0, -5_000);
    await page.mouse.move(0, 0);
    await shoot('batch');

    await page.getByRole('button', { name: playground.app.name, exact: true }).click();
    await page.getByText('Latest inboxes').waitFor();
    await page.mouse.move(0, 0);
    await shoot('home');

    await page.emulateMedia({ colorScheme: 'dark' });
    await shoot('home-dark');

    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(served.url);
    await page.getByRole('combobox').fill('/add-inbox sam@acme.com');
    await page.getByRole('combobox').press('Enter');
    await modal.getByLabel('Address of the inbox').waitFor();
    await press('Fill in an example');
    await press('Next');
    await modal.getByRole('textbox', { name: 'App password' }).waitFor();
    await press('Add inbox');
    const opening = page.context().waitForEvent('page');
    await press('Open the secure page');
    const secure = await opening;
    await secure.setViewportSize({ width: 1360, height: 820 });
    await secure.getByRole('textbox', { name: 'App password' }).fill('abcd efgh ijkl mnop');
    await secure.screenshot({ path: `${FOLDER}secure-page.png`, animations: 'disabled' });

    await press('Close');
    await page.getByRole('combobox').fill('/add-inbox many');
    await page.getByRole('combobox').press('Enter');
    const openingMany = page.context().waitForEvent('page');
    await press('Open the secure page');
    const many = await openingMany;
    await many.setViewportSize({ width: 1360, height: 820 });
    const file = { name: 'globex-october.csv', mimeType: 'text/csv', buffer: Buffer.from(writeVendorFile()) };
    await many.locator('input[type=file]').setInputFiles(file);
    await many.getByRole('heading', { name: 'Check 40 rows' }).waitFor();
    await many.getByText('Only problems').click();
    await many.mouse.move(0, 0);
    await many.screenshot({ path: `${FOLDER}secure-page-many.png`, animations: 'disabled' });
  } finally {
    await browser.close();
    await served.close();
    await playground.close();
  }
}
