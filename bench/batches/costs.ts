import { createCipheriv, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { createDrafts } from '../../src/add-inbox/batch/drafts.ts';
import { WORKSPACE } from '../../src/add-inbox/keys/key-owner.ts';
import { readRows } from '../../src/csv/read-rows.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { createDraftRepository } from '../../src/storage/requests/batches/draft-repository.ts';
import { createSealer } from '../../src/storage/sealing/sealing.ts';
import { SEALING_KEY, TEAM_ID } from '../workloads.ts';

export type Cost = { ms: number; cpuMs: number };

/** Reads, checks, seals and commits a file with the bot's own functions; and how long the event loop was blocked at most, in ms. */
export async function measureBot(file: string): Promise<Cost & { blockedMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-bench-'));
  const sealer = createSealer([SEALING_KEY]);
  const database = await openDatabase(`sqlite:${join(folder, 'bot.db')}`, { sealer });
  const drafts = createDrafts({
    store: createDraftRepository({ database, sealer, now: Date.now }),
    listFailed: async () => [],
    findServers: async () => ({ kind: 'not_found' }),
    listPresets: async () => [],
    limits: [{ requests: 100, seconds: 60 }],
    newId: randomUUID,
    onConfirmed: () => {},
    pause: nextTurn,
    now: Date.now,
  });
  const delays = monitorEventLoopDelay({ resolution: 1 });
  try {
    delays.enable();
    const cost = await costOf(async () => {
      const { rows } = await readRows(Buffer.from(file));
      const { id } = await drafts.prepare({
        ...{ teamId: TEAM_ID, userId: 'U1', channelId: 'C1', resultsChannelId: undefined, keyName: WORKSPACE },
        ...{ fileName: 'inboxes.csv', fixOf: undefined, defaults: {}, rows },
      });
      const key = { teamId: TEAM_ID, userId: 'U1', id };
      const { kind } = await drafts.confirm(key, { withHeld: false, withRefused: false, dailyLimit: undefined });
      if (kind !== 'confirmed') throw new Error(`the batch is ${kind}`);
    });
    delays.disable();
    return { ...cost, blockedMs: delays.max / 1e6 };
  } finally {
    await database.close();
    rmSync(folder, { recursive: true });
  }
}

const text = z.string().trim().min(1).max(255);
const port = z.coerce.number().int().min(1).max(65_535);

const row = z.object({
  ...{ Email: z.email(), 'First Name': text, 'Last Name': text, 'Daily Limit': z.coerce.number().int().positive() },
  ...{ 'SMTP Host': text, 'SMTP Port': port, 'SMTP Username': text, 'SMTP Password': text },
  ...{ 'IMAP Host': text, 'IMAP Port': port, 'IMAP Username': text, 'IMAP Password': text },
});

/** The same with csv-parse, zod, AES-GCM and one transaction of as many inserts, and nothing else. */
export async function measureAlone(file: string): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-bench-'));
  const path = join(folder, 'bot.db');
  await (await openDatabase(`sqlite:${path}`, { sealer: createSealer([SEALING_KEY]) })).close();
  const database = new DatabaseSync(path);
  database.exec('pragma synchronous = full');
  try {
    return await costOf(async () => {
      const rows = z.array(z.unknown()).parse(parse(file, { columns: true }));
      const valid = rows.flatMap((each) => row.safeParse(each).data ?? []);
      const insert = database.prepare(
        `insert into requests (id, team_id, user_id, view_id, channel_id, state, account, not_before, tries, accepted_at, fence,
           batch_id, line) values (?, ?, 'U1', ?, 'C1', 'announced', ?, 1, 0, 1, 0, 'B1', ?)`,
      );
      const insertPasswords = database.prepare('insert into request_passwords (request_id, sealed) values (?, ?)');
      const sealed = valid.map(({ 'SMTP Password': smtp, 'IMAP Password': imap }) =>
        seal(JSON.stringify({ smtp_password: smtp, imap_password: imap })),
      );
      database.exec('begin');
      for (const [line, account] of valid.entries()) {
        const id = randomUUID();
        insert.run(id, TEAM_ID, id, JSON.stringify(account), line);
        insertPasswords.run(id, sealed[line] ?? '');
      }
      database.exec('commit');
    });
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

function seal(plain: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', SEALING_KEY.key, iv);
  return Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}
