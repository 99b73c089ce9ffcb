import { digestPassword } from '../../playground/local-coldsend/ledger.ts';
import { type FaultWorld, spell } from '../world/fault-world.ts';
import type { Site } from '../world/sites.ts';

/**
 * As they are, passwords are in no file at any time; sealed, in no row once all is settled; and each goes with its own address.
 *
 * @param passwords by address, all that may be sent with it
 */
export async function checkPasswords(
  { coldsend }: FaultWorld,
  site: Pick<Site<unknown>, 'files' | 'countLeft'>,
  passwords: ReadonlyMap<string, readonly string[]>,
): Promise<string[]> {
  const files = await site.files();
  const spellings = new Map([...passwords].map(([address, typed]) => [address, typed.flatMap(spell)]));
  const readable = [...spellings.values()].flat().filter((password) => files.some((bytes) => bytes.includes(password)));
  const left = await site.countLeft();
  const digests = new Map([...spellings].map(([address, spelled]) => [address, spelled.map(digestPassword)]));
  const mixedUp = coldsend.ledger.filter(({ body, bodyComplete, passwordDigests }) => {
    const own = digests.get(JSON.parse(JSON.stringify(body ?? null))?.email_address);
    return own !== undefined && bodyComplete && !own.includes(passwordDigests.smtp_password ?? '');
  });
  return [
    ...(readable.length > 0 ? [`${readable.length} passwords can be read in the files`] : []),
    ...(left > 0 ? [`${left} rows have passwords that should be gone`] : []),
    ...(mixedUp.length > 0 ? [`${mixedUp.length} rows were sent with a password of somebody else`] : []),
  ];
}
