import { Agent, request } from 'undici';
import { endpointUrl } from '../coldsend/client.ts';
import { findTrouble } from '../coldsend/read-answer.ts';
import { createConnect } from '../operations/proxy/connect.ts';
import { findProxy, targetOf } from '../operations/proxy/find-proxy.ts';
import type { Database } from '../storage/database.ts';
import { createSetAsideRequests } from '../storage/requests/set-aside.ts';
import { countByKey, countClosed } from '../storage/sealing/reseal.ts';
import { SEALED_COLUMNS } from '../storage/sealing/sealed-columns.ts';
import type { Sealer } from '../storage/sealing/sealing.ts';
import type { Tables } from '../storage/tables.ts';
import { checkSlack } from './check-slack.ts';
import type { DoctorContext, Finding } from './command.ts';
import { sayWhoIsBetween, sayWhyUnreachable } from './why-unreachable.ts';

const ANSWER_WITHIN_MS = 10_000;

/** Checks everything the bot needs, changes nothing, and reports the problems. The settings are already read at this point. */
export async function doctor(context: DoctorContext): Promise<boolean> {
  const findings: Finding[] = [{ ok: true, says: 'The settings are complete.' }, saySecurePage(context)];
  findings.push(...(await checkDatabase(context)));
  findings.push(...describeProxies(context), ...(await checkSlack(context)));
  findings.push(await checkColdsend(context));
  for (const { ok, says } of findings) context.print(`${ok ? '✓' : '✗'} ${says}`);
  const wrong = findings.filter(({ ok }) => !ok).length;
  context.print(wrong === 0 ? 'Nothing is wrong.' : `${wrong === 1 ? 'One thing is' : `${wrong} things are`} wrong.`);
  return wrong === 0;
}

function saySecurePage({ config: { publicUrl } }: DoctorContext): Finding {
  const says =
    publicUrl === undefined
      ? 'There is no secure page for passwords. To get one, set PUBLIC_URL to an https:// address of the bot.'
      : `The secure page for passwords is ${publicUrl}/secure.`;
  return { ok: true, says };
}

async function checkDatabase({ database, sealer, now }: DoctorContext): Promise<Finding[]> {
  if (database instanceof Error) return [{ ok: false, says: database.message }];
  const findings: Finding[] = [];
  try {
    await database.check();
    findings.push({ ok: true, says: 'The database is writable, and ENCRYPTION_KEYS fit it.' });
  } catch {
    findings.push({ ok: false, says: 'The database is not writable. Check its disk and its permissions.' });
  }
  const others = Object.entries(await countByKey(database)).filter(
    ([id]) => id !== sealer.primaryKeyId && sealer.has(id),
  );
  for (const [id, count] of others) {
    findings.push({
      ok: true,
      says: `${count} values are encrypted with the key "${id}", which is not the first one. Run "rotate-keys" to change that.`,
    });
  }
  return [...findings, ...(await checkRows(database, sealer, now))];
}

/** Advice about sealed values that can't be opened, table by table. */
const MEND: Partial<Record<keyof Tables, string>> = {
  coldsend_keys: 'Ask an admin of each workspace to add these ColdSend keys again in the Home tab.',
  request_passwords: 'People see this in the threads of these requests and can try again.',
  requests: 'You can ignore this: no result is lost.',
  installations: 'Ask an admin of each workspace to install the app again.',
};

async function checkRows(database: Database, sealer: Sealer, now: () => number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const counts = await countClosed(database, sealer);
  for (const { table } of SEALED_COLUMNS) {
    const count = counts[table];
    if (count === undefined) continue;
    const says = `None of ENCRYPTION_KEYS opens ${count} of the values in ${table}. ${MEND[table]}`;
    findings.push({ ok: false, says });
  }
  const aside = await createSetAsideRequests({ db: database, now }).count();
  if (aside > 0)
    findings.push({
      ok: false,
      says: `${aside} requests can't be read and are set aside. Run "pending" to list them.`,
    });
  return findings;
}

/** The way to Slack and ColdSend, if a proxy is set; without its user name and password. */
function describeProxies({ config: { proxies, slack, coldsend } }: DoctorContext): Finding[] {
  if (proxies.http === undefined && proxies.https === undefined) return [];
  const servers = { Slack: slack.apiUrl, ColdSend: coldsend.apiUrl };
  return Object.entries(servers).map(([name, url]) => {
    const proxy = findProxy(proxies, targetOf(new URL(url)));
    const way = proxy === undefined ? 'directly, without a proxy' : `through the proxy ${proxy.origin}`;
    return { ok: true, says: `The bot reaches ${name} ${way}.` };
  });
}

/** Calls ColdSend without a key, which adds nothing. Any answer from ColdSend shows that it can be reached. */
async function checkColdsend({ config }: DoctorContext): Promise<Finding> {
  const { apiUrl, addPath } = config.coldsend;
  const dispatcher = new Agent({ connect: createConnect(config.proxies)(ANSWER_WITHIN_MS), allowH2: false });
  try {
    const { statusCode: status } = await request(endpointUrl(apiUrl, addPath), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      dispatcher,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const between = sayWhoIsBetween(status);
    if (between !== undefined) return { ok: false, says: `ColdSend can't be reached: ${between}.` };
    if (status >= 500) return { ok: false, says: `ColdSend had a server error (HTTP_${status}). Try again later.` };
    if (status >= 300 && status < 400) {
      return { ok: false, says: 'COLDSEND_API_URL redirects to another address. Set that address instead.' };
    }
    if (findTrouble(status) === 'wrong_address') {
      return { ok: false, says: `COLDSEND_ADD_PATH is wrong: ColdSend adds no inboxes there (HTTP_${status}).` };
    }
    return { ok: true, says: 'ColdSend can be reached.' };
  } catch (error) {
    return { ok: false, says: `ColdSend can't be reached at COLDSEND_API_URL: ${sayWhyUnreachable(error)}.` };
  } finally {
    await dispatcher.destroy();
  }
}
