import type { Browser } from 'playwright-core';
import { connectChromium, findChromium, NO_CHROMIUM, openChromium } from '../../../scripts/open-chromium.ts';

const chromium = findChromium(process.env);

/** For the `skip` of what needs a browser. */
export const skipWithoutBrowser = chromium === undefined ? NO_CHROMIUM : false;

/** The browser that the run shares; one's own where the file runs alone. */
export function openBrowser(): Promise<Browser> {
  const shared = process.env.TEST_CHROMIUM;
  return shared === undefined ? openChromium(chromium ?? '') : connectChromium(shared);
}
