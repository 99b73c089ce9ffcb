import { isKeyKnown } from '../storage/sealing/known-keys.ts';
import { resealAll } from '../storage/sealing/reseal.ts';
import { type AdminCommand, AdminError } from './command.ts';

/** Reseals all values with the first of ENCRYPTION_KEYS, and reports which other keys are no longer needed. */
export const resealStored: AdminCommand = async ({ config, database, sealer, print }) => {
  const first = sealer.primaryKeyId;
  if (!(await isKeyKnown(database, first))) {
    throw new AdminError(
      `No bot has used the key "${first}" as the first one yet. A bot without it can't read the new values. Restart every bot with these ENCRYPTION_KEYS, then run this again.`,
    );
  }
  let told = 0;
  const { resealed, unreadable, left } = await resealAll(database, sealer, (count) => {
    if (count - told < 1_000) return;
    told = count;
    print(`${count} values are done so far.`);
  });
  print(`${resealed} values are now encrypted with the key "${first}".`);
  if (unreadable > 0) print(`${unreadable} values can't be opened with any of ENCRYPTION_KEYS. They did not change.`);

  for (const { id } of config.encryptionKeys) {
    const count = left[id] ?? 0;
    if (id === first) continue;
    if (count > 0) print(`${count} values are still encrypted with the key "${id}". Keep it, and run this again.`);
    else print(`The key "${id}" is no longer needed. You can remove it from ENCRYPTION_KEYS of every bot.`);
  }
  return unreadable === 0 && Object.entries(left).every(([id, count]) => id === first || count === 0);
};
