import { digestPassword } from '../../playground/local-coldsend/ledger.ts';
import { API_KEY } from '../../test/acceptance/world/start-bot.ts';
import { type FaultWorld, spell } from '../world/fault-world.ts';
import type { Site } from '../world/sites.ts';

/** What a person typed for an address or got for it; `sendable` are the passwords that may be sent with it. */
export type Secrets = { address: string; typed: string[]; sendable: string[] };

/**
 * As they are, secrets are in no file and no log at any time; sealed, in no row once all is settled; and each password goes with its
 * own address.
 */
export async function checkSecrets(
  { coldsend }: FaultWorld,
  site: Pick<Site<unknown>, 'written' | 'countLeft'>,
  secrets: Secrets[],
): Promise<string[]> {
  const written = await site.written();
  const all = secrets.flatMap(({ typed, sendable }) => [...typed, ...sendable].flatMap(spell));
  const readable = [...new Set([API_KEY, ...all])].filter((secret) => written.some((bytes) => bytes.includes(secret)));
  const left = await site.countLeft();
  const digests = new Map(
    secrets.map(({ address, sendable }) => [address, sendable.flatMap(spell).map(digestPassword)]),
  );
  const mixedUp = coldsend.ledger.filter(({ body, bodyComplete, passwordDigests }) => {
    const own = digests.get(JSON.parse(JSON.stringify(body ?? null))?.email_address);
    return own !== undefined && bodyComplete && !own.includes(passwordDigests.smtp_password ?? '');
  });
  return [
    ...(readable.length > 0 ? [`${readable.length} secrets can be read in the files or the log`] : []),
    ...(left > 0 ? [`${left} rows have passwords that should be gone`] : []),
    ...(mixedUp.length > 0 ? [`${mixedUp.length} rows were sent with a password of somebody else`] : []),
  ];
}
