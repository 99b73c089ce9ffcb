import { existsSync } from 'node:fs';
import { type Browser, type BrowserServer, chromium } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why what needs a browser is left out, and what to do about it. */
export const NO_CHROMIUM =
  'there is no Chromium. Install it (Debian: apt-get install chromium), or set CHROMIUM_PATH to the path of one.';

/** Where Chromium is: `CHROMIUM_PATH`, else the first of the usual paths; undefined where there is none. */
export function findChromium(env: { CHROMIUM_PATH?: string | undefined }): string | undefined {
  if (env.CHROMIUM_PATH !== undefined && env.CHROMIUM_PATH !== '') return env.CHROMIUM_PATH;
  return USUAL_PATHS.find((path) => existsSync(path));
}

export function openChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** One that several processes use, each by `connectChromium` with its address (a WebSocket's). */
export function serveChromium(executablePath: string): Promise<BrowserServer> {
  return chromium.launchServer({ executablePath, args: ARGUMENTS });
}

export function connectChromium(address: string): Promise<Browser> {
  return chromium.connect(address);
}
