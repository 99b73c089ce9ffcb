import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { World } from './start-bot.ts';

/** Everything that the bot wrote, showed, sent or kept. */
export function placesOf(world: World): Record<string, string | Buffer> {
  const { bot, slack, coldsend, admin, member } = world;
  const { calls, deliveries } = slack.ledger;
  return {
    'what it printed': bot.output(),
    'what it sent to Slack': JSON.stringify(calls.map(({ method, args }) => [method, args])),
    'what it answered Slack': JSON.stringify(deliveries.map(({ response }) => response ?? null)),
    'the messages': JSON.stringify(
      [admin, member].flatMap((person) => person.channels().map(({ id }) => slack.messages(id))),
    ),
    'the Homes': JSON.stringify([admin.home().view ?? null, member.home().view ?? null]),
    'the files of the database': readFiles(world),
    'its arguments': readArguments(bot.pid),
    'what it asked ColdSend but for the body': JSON.stringify(
      coldsend.ledger.map(({ path, headers, method }) => [method, path, headers]),
    ),
  };
}

/** The database, its WAL, its shared memory and its lock. */
export function readFiles({ databasePath }: World): Buffer {
  const folder = dirname(databasePath);
  const names = readdirSync(folder).filter((name) => name.startsWith(basename(databasePath)));
  assert.ok(names.includes(basename(databasePath)));
  return Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
}

/** Gone once the process is. */
function readArguments(pid: number): Buffer {
  try {
    return readFileSync(`/proc/${pid}/cmdline`);
  } catch {
    return Buffer.alloc(0);
  }
}
