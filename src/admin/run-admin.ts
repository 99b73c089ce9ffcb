import { existsSync } from 'node:fs';
import { type Config, findConfigWarnings, parseConfig } from '../config.ts';
import { OperatorError } from '../operations/operator-error.ts';
import type { Database } from '../storage/database.ts';
import { type DatabaseRole, explainDatabaseError, findSqlitePath, openDatabase } from '../storage/open-database.ts';
import { createSealer, type Sealer } from '../storage/sealing/sealing.ts';
import { backUp, importInstallation, settleRestoredCopy } from './back-up.ts';
import { type AdminCommand, AdminError, type DoctorContext } from './command.ts';
import { doctor } from './doctor/doctor.ts';
import { listInstallations } from './list-installations.ts';
import { listPendingRequests } from './list-pending-requests.ts';
import { removeWorkspace } from './remove-workspace.ts';
import { resealStored } from './reseal-stored.ts';

/** `alone`: the command can't open an SQLite database while a bot is running on it. */
type Described = { takes?: string; does: string; alone?: true } & (
  | { run: AdminCommand }
  | { diagnose: (context: DoctorContext) => Promise<boolean> }
);

const COMMANDS: Record<string, Described> = {
  list: { run: listInstallations, does: 'shows the workspaces that have installed the bot' },
  pending: { run: listPendingRequests, does: 'shows the unfinished requests, without secrets' },
  'rotate-keys': {
    run: resealStored,
    does: 'encrypts everything again with the first of ENCRYPTION_KEYS; safe to interrupt and repeat',
  },
  backup: {
    run: backUp,
    takes: 'FILE',
    does: 'copies the SQLite database; a bot that starts from the copy sends nothing again',
  },
  restored: {
    run: settleRestoredCopy,
    alone: true,
    does: 'prepares a copy made with other tools, before a bot starts from it: nothing in it is sent again',
  },
  import: {
    run: importInstallation,
    takes: 'sqlite:FILE',
    does: 'moves an SQLite installation into the empty PostgreSQL database of DATABASE_URL; nothing is sent again',
  },
  remove: {
    run: removeWorkspace,
    takes: 'TEAM',
    does: 'removes a workspace: its token, keys, settings and waiting passwords, and the app at Slack',
  },
  doctor: { diagnose: doctor, does: 'checks everything that the bot needs, changes nothing, and says what to do' },
};

type AdminRun = {
  args: string[];
  env: Record<string, string | undefined>;
  print(line: string): void;
  now(): number;
};

/**
 * Runs an operators' command, with or without a running bot. Resolves with the exit status: 0 if all is well, 1 if something is
 * wrong, 2 for an unknown command.
 */
export async function runAdmin({ args, env, print, now }: AdminRun): Promise<0 | 1 | 2> {
  const [name = 'help', argument, ...rest] = args;
  const isHelp = name === 'help' || args.includes('--help') || args.includes('-h');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const isFitting =
    command !== undefined &&
    rest.length === 0 &&
    !argument?.startsWith('-') &&
    (argument === undefined) === (command.takes === undefined);
  if (isHelp || !isFitting) {
    if (!isHelp) print(`${describeMistake(name, command)}\n`);
    for (const line of describeCommands()) print(line);
    return isHelp ? 0 : 2;
  }
  try {
    return (await runCommand(command, argument ?? '', { env, print, now })) ? 0 : 1;
  } catch (error) {
    if (error instanceof OperatorError) {
      print(error.message);
      return 1;
    }
    throw error;
  }
}

async function runCommand(
  command: Described,
  argument: string,
  { env, print, now }: Omit<AdminRun, 'args'>,
): Promise<boolean> {
  const config = parseConfig(env);
  const sealer = createSealer(config.encryptionKeys);
  const database = await open(config, sealer, roleOf(command)).catch((error: unknown) => {
    const isFinding = 'diagnose' in command && error instanceof OperatorError;
    if (isFinding) return error;
    throw error;
  });
  try {
    if ('diagnose' in command) for (const warning of findConfigWarnings(env)) print(`! ${warning}`);
    if ('diagnose' in command) return await command.diagnose({ config, database, sealer, print, now });
    if (database instanceof Error) throw database;
    return await command.run({ config, database, sealer, print, now }, argument);
  } catch (error) {
    throw explainDatabaseError(config.databaseUrl, error);
  } finally {
    if (!(database instanceof Error)) await database.close();
  }
}

function roleOf(command: Described): DatabaseRole {
  if ('diagnose' in command) return 'reader';
  return command.alone === true ? 'bot' : 'tool';
}

async function open(config: Config, sealer: Sealer, role: DatabaseRole): Promise<Database> {
  mustExist(config.databaseUrl);
  return openDatabase(config.databaseUrl, { sealer, role, poolSize: 2 });
}

/** A command that runs in another folder would create a database there. */
function mustExist(databaseUrl: string): void {
  const path = findSqlitePath(databaseUrl);
  if (path !== undefined && !existsSync(path)) {
    throw new AdminError(`There is no database ${path}. Start the bot first, or run this where the bot runs.`);
  }
}

function describeMistake(name: string, command: Described | undefined): string {
  if (command === undefined) return `There is no command ${JSON.stringify(name)}.`;
  return `${JSON.stringify(name)} needs ${command.takes === undefined ? 'no argument' : `exactly one ${command.takes}`}.`;
}

function describeCommands(): string[] {
  const lines = Object.entries(COMMANDS).map(
    ([name, { takes = '', does }]) => `  ${`${name} ${takes}`.padEnd(20)}${does}`,
  );
  return ['Usage: npm run admin -- COMMAND', '', ...lines, '', 'Reads the same settings as the bot, from .env too.'];
}
