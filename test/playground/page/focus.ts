import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** The accessible name of what has the focus, as a screen reader says it. */
async function focusedName(page: Page): Promise<string> {
  const name = await page.evaluate(`(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return '';
    const label = element.labels?.[0] ?? element.closest('[role=radiogroup]');
    return element.getAttribute('aria-label') ?? label?.textContent ?? element.textContent ?? '';
  })()`);
  return String(name).trim();
}

export async function waitForFocus(page: Page, name: string | RegExp): Promise<void> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const focused = await focusedName(page);
    if (typeof name === 'string' ? focused === name : name.test(focused)) return;
    assert.ok(Date.now() < deadline, `the focus is on “${focused}”, not on “${name}”`);
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}

/** Presses Tab (or another key) until something of this name has the focus. */
export async function tabTo(page: Page, name: string, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await focusedName(page)) === name) return;
    await page.keyboard.press(key);
  }
  assert.fail(`Tab does not reach “${name}”`);
}
