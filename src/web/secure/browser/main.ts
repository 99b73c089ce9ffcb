import { ask } from './ask.ts';
import { showBatch } from './batch/batch-state.ts';
import type { CodeToConfirm, LookAnswer } from './contract.ts';
import { byId, say } from './dom.ts';
import { showPasswordForm } from './password/password-state.ts';
import { showBroken, showChecking, showCode, showGone, showNoToken, showNotChecked } from './plain-states.ts';
import { PAGE } from './sentences.ts';

/** The bot counts how often a page asks. */
const ASK_AGAIN_AFTER_MS = 3_000;

const SOON_MS = 5 * 60_000;

/** By then, a page that is reloaded is gone, or its new one is on the way. */
const STAYS_AFTER_MS = 1_000;

/** Stops the clock of the link, and forgets what was typed. */
let leave = (): void => {};

window.addEventListener('error', fail);
window.addEventListener('unhandledrejection', fail);
// A page that the browser keeps for "back" must not keep a password.
window.addEventListener('pagehide', () => leave());
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) showNoToken();
});
// Another link in the same tab changes only the fragment.
window.addEventListener('hashchange', () => {
  location.reload();
  // The browser asks first where rows would be lost. If the person stays, the link must not stay in the address.
  setTimeout(takeToken, STAYS_AFTER_MS);
});

const token = takeToken();
if (token === '') showNoToken();
else void start();

/** The token is in nothing but this script from here on: not in the address, the history or the browser's storage. */
function takeToken(): string {
  const taken = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  return taken;
}

async function start(): Promise<void> {
  showChecking();
  const look = await ask<LookAnswer>('look', { token });
  if (typeof look === 'string') return showNotChecked(look, () => void start());
  if (look.kind === 'code') return waitForPerson(look);
  open(look);
}

/** Shows the code until its person has confirmed it in Slack. */
function waitForPerson({ code, worksForMs }: CodeToConfirm): void {
  showCode(code);
  const stopClock = startClock(worksForMs, () => {
    leave();
    showGone();
  });
  let timer = setTimeout(askAgain, ASK_AGAIN_AFTER_MS);
  leave = () => {
    stopClock();
    clearTimeout(timer);
    timer = 0;
  };

  async function askAgain(): Promise<void> {
    const look = await ask<LookAnswer>('look', { token });
    if (timer === 0) return;
    // Without an answer, the next one may come.
    if (typeof look === 'string' || look.kind === 'code') timer = setTimeout(askAgain, ASK_AGAIN_AFTER_MS);
    else {
      leave();
      open(look);
    }
  }
}

function open(look: Exclude<LookAnswer, CodeToConfirm>): void {
  if (!('worksForMs' in look)) {
    showGone();
    return;
  }
  const stopClock = startClock(look.worksForMs, () => form.expire());
  const form = look.kind === 'password' ? showPasswordForm(token, look, stopClock) : showBatch(token, look, stopClock);
  leave = () => {
    stopClock();
    form.clear();
  };
}

/** Says until when the link works. @param onEnd called then */
function startClock(worksForMs: number, onEnd: () => void): () => void {
  const until = byId('until');
  const endsAt = new Date(Date.now() + worksForMs);
  // In one line also on a phone.
  const time = endsAt.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' }).replaceAll(' ', '\u00a0');
  byId('until-text').textContent = PAGE.worksUntil(time);
  until.hidden = false;
  const soon = setTimeout(() => {
    until.classList.add('warn');
    say(PAGE.endsSoon);
  }, worksForMs - SOON_MS);
  const end = setTimeout(() => {
    until.hidden = true;
    onEnd();
  }, worksForMs);
  return () => {
    until.hidden = true;
    for (const timer of [soon, end]) clearTimeout(timer);
  };
}

function fail(): void {
  leave();
  showBroken();
}
