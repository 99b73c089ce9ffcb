import { describeError } from '../../operations/log/log.ts';
import { OperatorError } from '../../operations/operator-error.ts';
import { explainDatabaseError } from '../../storage/open-database.ts';
import type { DoctorContext, Finding } from '../command.ts';
import { checkColdsend } from './check-coldsend.ts';
import { checkDatabase } from './check-database.ts';
import { checkMachine } from './check-machine.ts';
import { checkMail } from './check-mail.ts';
import { checkPages } from './check-pages.ts';
import { checkPostgres } from './check-postgres.ts';
import { checkSlack } from './check-slack.ts';
import { checkSqlite } from './check-sqlite.ts';
import { checkWork } from './check-work.ts';
import { describeProxies } from './describe-proxies.ts';

type Check = (context: DoctorContext) => Finding[] | Promise<Finding[]>;

const CHECKS: readonly Check[] = [
  checkMachine,
  checkDatabase,
  checkSqlite,
  checkPostgres,
  checkWork,
  describeProxies,
  checkSlack,
  checkColdsend,
  checkMail,
  checkPages,
];

/**
 * Checks everything the bot needs, beside a running bot or without one, and says what to do. It only writes to see that writing
 * works, and uses slots of ColdSend's rate limit. The settings are already read at this point.
 */
export async function doctor(context: DoctorContext): Promise<boolean> {
  const all = (await Promise.all(CHECKS.map((check) => guard(check, context)))).flat();
  // Several checks may find the same fault of the database.
  const findings = [...new Map(all.map((finding) => [finding.says, finding])).values()];
  for (const { ok, says } of findings) context.print(`${ok ? '✓' : '✗'} ${says}`);
  const wrong = findings.filter(({ ok }) => !ok).length;
  context.print(wrong === 0 ? 'Nothing is wrong.' : `${wrong === 1 ? 'One thing is' : `${wrong} things are`} wrong.`);
  return wrong === 0;
}

/** A check that fails in an unexpected way does not hide the others. */
async function guard(check: Check, context: DoctorContext): Promise<Finding[]> {
  try {
    return await check(context);
  } catch (caught) {
    const error = explainDatabaseError(context.config.databaseUrl, caught);
    if (error instanceof OperatorError) return [{ ok: false, says: error.message }];
    const { code, at } = describeError(error);
    return [{ ok: false, says: `A check failed (${code} at ${at}). Check the database; else report it.` }];
  }
}
