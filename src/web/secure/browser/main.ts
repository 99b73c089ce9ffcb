import { ask } from './ask.ts';
import { showBatch } from './batch/batch-state.ts';
import type { LookAnswer } from './contract.ts';
import { byId, say } from './dom.ts';
import { showPasswordForm } from './password/password-state.ts';
import { showBroken, showChecking, showGone, showNoToken, showNotChecked } from './plain-states.ts';
import { PAGE } from './sentences.ts';

const SOON_MS = 5 * 60_000;

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
window.addEventListener('hashchange', () => location.reload());

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
  if (!('worksForMs' in look)) return showGone();
  const stopClock = startClock(look.worksForMs);
  const form = look.kind === 'password' ? showPasswordForm(token, look, stopClock) : showBatch(token, look, stopClock);
  leave = () => {
    stopClock();
    form.clear();
  };
}

/** Says until when the link works, and ends with it. */
function startClock(worksForMs: number): () => void {
  const until = byId('until');
  const endsAt = new Date(Date.now() + worksForMs);
  const time = endsAt.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
  byId('until-text').textContent = PAGE.worksUntil(time);
  until.hidden = false;
  const soon = setTimeout(() => {
    until.classList.add('warn');
    say(PAGE.endsSoon);
  }, worksForMs - SOON_MS);
  const end = setTimeout(() => {
    leave();
    showGone();
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
