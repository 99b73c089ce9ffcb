import type { Database } from '../../storage/database.ts';
import { listApplied } from '../../storage/migrations/migrate.ts';
import { MIGRATIONS } from '../../storage/migrations/migrations.ts';
import { createSetAsideRequests } from '../../storage/requests/set-aside.ts';
import { countByKey, countClosed } from '../../storage/sealing/reseal.ts';
import { SEALED_COLUMNS } from '../../storage/sealing/sealed-columns.ts';
import type { Sealer } from '../../storage/sealing/sealing.ts';
import type { Tables } from '../../storage/tables.ts';
import type { DoctorContext, Finding } from '../command.ts';

/** Checks what is the same on SQLite and PostgreSQL: writing, the migrations, the keys, and whether each row can be read. */
export async function checkDatabase(context: DoctorContext): Promise<Finding[]> {
  const { database, sealer, now } = context;
  if (database instanceof Error) return [{ ok: false, says: database.message }];
  return [
    await checkWriting(database),
    await checkMigrations(database),
    ...(await checkKeys(context, database)),
    ...(await checkRows(database, sealer, now)),
  ];
}

async function checkWriting(database: Database): Promise<Finding> {
  try {
    await database.check();
    return { ok: true, says: 'The database is writable, and ENCRYPTION_KEYS fit it.' };
  } catch {
    return { ok: false, says: 'The database is not writable. Check its disk and its permissions.' };
  }
}

/** Migrations that are missing have been found before. */
async function checkMigrations(database: Database): Promise<Finding> {
  const known = MIGRATIONS.map(({ name }) => name);
  const newer = (await listApplied(database)).filter((name) => !known.includes(name));
  return {
    ok: true,
    says:
      newer.length === 0
        ? `The database has all migrations of this version, up to ${known.at(-1)}.`
        : `A newer version has added ${newer.join(', ')} to the database. CHANGELOG.md of that version says what this one can't read.`,
  };
}

async function checkKeys({ config, sealer }: DoctorContext, database: Database): Promise<Finding[]> {
  const counts = await countByKey(database);
  const others = config.encryptionKeys.filter(({ id }) => id !== sealer.primaryKeyId);
  return others.map(({ id }) => {
    const count = counts[id] ?? 0;
    return {
      ok: true,
      says:
        count > 0
          ? `${count} values are encrypted with the key "${id}", which is not the first one. Run "rotate-keys" to change that.`
          : `Nothing is encrypted with the key "${id}". If every bot has the first key, remove this one from ENCRYPTION_KEYS.`,
    };
  });
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
