import type { KeyCheck } from '../../add-inbox/keys/key-check.ts';
import { clientNameOf, type OwnerName } from '../../add-inbox/keys/key-owner.ts';
import { createColdsendClient, endpointUrl } from '../../coldsend/client.ts';
import { findTrouble } from '../../coldsend/read-answer.ts';
import { createConnect } from '../../operations/proxy/connect.ts';
import type { Database } from '../../storage/database.ts';
import { createRateLimitRepository } from '../../storage/rate-limit/rate-limit-repository.ts';
import { createColdsendKeyRepository } from '../../storage/workspaces/coldsend-key-repository.ts';
import type { DoctorContext, Finding } from '../command.ts';
import { sayWhoIsBetween, sayWhyUnreachable } from '../why-unreachable.ts';
import { ANSWER_WITHIN_MS, ask } from './ask.ts';

/** Each check is a call to ColdSend and takes a slot of its key. */
const MAX_KEYS = 50;

/** Checks that ColdSend can be reached, and that it accepts the stored keys. */
export async function checkColdsend(context: DoctorContext): Promise<Finding[]> {
  const reached = await checkAddress(context);
  const { database } = context;
  return reached.ok && !(database instanceof Error) ? [reached, ...(await checkKeys(context, database))] : [reached];
}

/** Calls ColdSend without a key, which adds nothing. Any answer from ColdSend shows that it can be reached. */
async function checkAddress({ config: { coldsend, proxies } }: DoctorContext): Promise<Finding> {
  const url = endpointUrl(coldsend.apiUrl, coldsend.addPath);
  try {
    const { status } = await ask(url, proxies, { type: 'application/json', body: '{}' });
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
  }
}

async function checkKeys({ config, sealer, now }: DoctorContext, database: Database): Promise<Finding[]> {
  const { coldsend, proxies } = config;
  const held = { sealer, now, owner: 'doctor', leaseMs: 0, onUnreadable: () => {} };
  const slots = createRateLimitRepository({ database, limits: coldsend.rateLimits, ...held });
  const client = createColdsendClient({
    baseUrl: coldsend.apiUrl,
    addPath: coldsend.addPath,
    timeoutMs: ANSWER_WITHIN_MS,
    connectWithin: createConnect(proxies),
    now,
  });
  // Those that can't be opened are among the findings about the database.
  const keys = await createColdsendKeyRepository({ db: database, sealer, now }).openAll();
  const findings: Finding[] = [];
  let accepted = 0;
  for (const { teamId, owner, apiKey, fingerprint } of keys.slice(0, MAX_KEYS)) {
    const check = (await slots.reserveForKeyCheck(fingerprint))
      ? await client.checkKey(apiKey, { timeoutMs: ANSWER_WITHIN_MS })
      : ({ kind: 'unchecked', why: 'rate_limited' } as const);
    if (check.kind === 'works') accepted += 1;
    else findings.push(describeKey(nameKey(teamId, owner), check));
  }
  await client.close();
  return [...summarize(keys.length, accepted), ...findings];
}

function summarize(keys: number, accepted: number): Finding[] {
  if (keys === 0) return [{ ok: true, says: 'No ColdSend key is stored yet. An admin adds it in the Home tab.' }];
  const all = keys > MAX_KEYS ? `the first ${MAX_KEYS} of ${keys}` : String(keys);
  return accepted === 0 ? [] : [{ ok: true, says: `ColdSend accepts ${accepted} of ${all} stored keys.` }];
}

function nameKey(teamId: string, owner: OwnerName): string {
  const client = clientNameOf(owner);
  return client === undefined ? `the key of ${teamId}` : `the key of the client ${JSON.stringify(client)} of ${teamId}`;
}

function describeKey(name: string, check: Exclude<KeyCheck, { kind: 'works' }>): Finding {
  const mend = 'Ask an admin there to replace it in the Home tab.';
  switch (check.kind) {
    case 'refused':
      return { ok: false, says: `ColdSend refuses ${name}. ${mend}` };
    case 'missing_scopes':
      return { ok: false, says: `ColdSend says that ${name} lacks scopes. ${mend}` };
    case 'unchecked':
      return check.why === 'rate_limited'
        ? { ok: true, says: `The limit of ${name} is used up, so the key was not checked.` }
        : { ok: false, says: `ColdSend did not check ${name} (${check.why}). Try again later.` };
    default:
      return { ok: false, says: `Something before ColdSend refused ${name} (HTTP_${check.status}). Let the bot pass.` };
  }
}
