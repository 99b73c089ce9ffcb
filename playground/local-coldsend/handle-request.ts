import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Accounts } from './accounts.ts';
import { type Answer, answerAsScripted } from './answer/answer.ts';
import { decideAnswer } from './answer/decide-answer.ts';
import { deliverAnswer } from './answer/deliver-answer.ts';
import { type Checked, checkRequest, type IssuedKey } from './check-request.ts';
import type { Contract } from './contract.ts';
import { answerInboxCall, findInboxCall, type InboxCall } from './inbox-calls.ts';
import { digestPasswords, type Ledger, type LedgerEntry, maskHeaders, maskPasswords } from './ledger.ts';
import type { RateWindows, Taken } from './rate-windows.ts';
import { findContractErrors, type ReadRequest, readRequest, splitTarget } from './read-request.ts';
import { type Plan, planAnswer } from './script.ts';
import type { ScriptQueue } from './script-queue.ts';

export type Coldsend = {
  /** The path accounts are added at, from the root. */
  addPath: string;
  contract: Contract;
  keys: Map<string, IssuedKey>;
  rates: RateWindows;
  scripts: ScriptQueue;
  accounts: Accounts;
  ledger: Ledger;
  now: () => number;
};

/** A request that was read to its end, and all that is known of it before it is answered. */
type Received = {
  key: IssuedKey | undefined;
  checked: Checked;
  plan: Plan;
  rate: Taken | undefined;
  json: unknown;
  /** The call about an inbox that was added; undefined for any other request. */
  call: InboxCall | undefined;
};

/**
 * Takes one request from its headers to its answer, and notes it in the ledger on the way.
 * Once `stopped` is aborted it does and notes nothing more. Throws where an answer would break the contract.
 */
export async function handleRequest(
  coldsend: Coldsend,
  { request, response, connection }: { request: IncomingMessage; response: ServerResponse; connection: number },
  stopped: AbortSignal,
): Promise<LedgerEntry> {
  const { contract, ledger, scripts } = coldsend;
  const keyText = toKeyText(request);
  const entry = openEntry(request, connection, coldsend);
  ledger.changed(entry, 'opened');

  if (scripts.takeEarlyReset(keyText)) {
    request.socket.resetAndDestroy();
    return end(entry, 'reset', ledger);
  }
  const read = await readRequest(request, contract);
  if (stopped.aborted) return entry;
  if (read === undefined) return end(entry, 'client_left', ledger);
  const received = receive(request, read, coldsend);
  entry.body = maskPasswords(read.json);
  entry.passwordDigests = digestPasswords(read.json);
  entry.bodyComplete = true;
  entry.contractErrors = received.call === undefined ? findContractErrors(request, coldsend.addPath, read) : [];
  ledger.changed(entry, 'read');

  try {
    entry.answered = await answer(received, response, coldsend, stopped);
    ledger.changed(entry, 'answered');
  } catch (error) {
    if (!stopped.aborted) throw error;
  }
  return entry;
}

function receive(
  request: IncomingMessage,
  { json, checked: body }: ReadRequest,
  { addPath, keys, rates, scripts, accounts }: Coldsend,
): Received {
  const keyText = toKeyText(request);
  const key = keys.get(keyText ?? '');
  const rate = keyText === undefined || key === undefined || key.revoked ? undefined : rates.take(keyText);
  const { pathname } = splitTarget(request.url ?? '');
  const checked = checkRequest({ method: request.method, pathname, addPath, keyText, key, rate, body });
  const call = findInboxCall(request.method, pathname, addPath);
  const about = call === undefined ? ('adding' as const) : ('added' as const);
  const asking = { key: keyText, address: addressIn(json), addable: checked.ok && !isTaken(checked, accounts), about };
  const isScripted = call !== undefined || (pathname === addPath && request.method === 'POST');
  return { key, checked, plan: isScripted ? scripts.take(asking) : planAnswer(undefined), rate, json, call };
}

async function answer(
  received: Received,
  response: ServerResponse,
  coldsend: Coldsend,
  stopped: AbortSignal,
): Promise<LedgerEntry['answered']> {
  const { plan, rate, call } = received;
  if (plan.delayMs > 0) await sleep(plan.delayMs, undefined, { signal: stopped });
  const answer = call === undefined ? addAndAnswer(received, coldsend) : doAndAnswer(call, received, coldsend);
  if (answer.documented) coldsend.contract.assertAnswer(answer.status, answer.body);
  const withRate = { ...answer, headers: { ...rate?.headers, ...answer.headers } };
  return deliverAnswer(response, withRate, plan.delivery, stopped);
}

function addAndAnswer({ key, checked, plan }: Received, { accounts, now }: Coldsend): Answer {
  const { answer, toAdd } = decideAnswer(checked, plan, {
    taken: isTaken(checked, accounts),
    granted: key?.scopes ?? [],
    nowMs: now(),
  });
  if (checked.ok && toAdd !== undefined) accounts.add(checked.key.customer, toAdd);
  return answer;
}

/** A test email or a removal. What is scripted is said, and nothing is done. */
function doAndAnswer(call: InboxCall, { key, plan, rate, json }: Received, { accounts, now }: Coldsend): Answer {
  const { saying } = plan;
  if (saying !== undefined && saying.kind !== 'added' && saying.kind !== 'not_added') {
    return answerAsScripted(saying, { granted: key?.scopes ?? [], nowMs: now() });
  }
  const account = key && accounts.find(key.customer, call.inboxId);
  const { answer, toRemove } = answerInboxCall(call, { key, rate, json, account }, now());
  if (key !== undefined && toRemove !== undefined) accounts.remove(key.customer, toRemove);
  return answer;
}

function openEntry(request: IncomingMessage, connection: number, { keys, now }: Coldsend): LedgerEntry {
  return {
    at: now(),
    connection,
    method: request.method ?? '',
    path: request.url ?? '',
    headers: maskHeaders(request.headers),
    key: keys.get(toKeyText(request) ?? '')?.name,
    body: undefined,
    passwordDigests: {},
    bodyComplete: false,
    contractErrors: [],
    answered: undefined,
  };
}

function end(entry: LedgerEntry, answered: 'reset' | 'client_left', ledger: Ledger): LedgerEntry {
  entry.answered = answered;
  ledger.changed(entry, 'read');
  return entry;
}

function isTaken(checked: Checked, accounts: Accounts): boolean {
  return checked.ok && accounts.has(checked.key.customer, checked.account.email_address);
}

function toKeyText(request: IncomingMessage): string | undefined {
  const header = request.headers['x-api-key'];
  return typeof header === 'string' ? header : undefined;
}

function addressIn(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('email_address' in json)) return undefined;
  return typeof json.email_address === 'string' ? json.email_address : undefined;
}
