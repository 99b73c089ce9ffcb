import type { Config } from '../config.ts';
import { OperatorError } from '../operations/operator-error.ts';
import type { Database } from '../storage/database.ts';
import type { Sealer } from '../storage/sealing/sealing.ts';

/** The tools of an operators' command. */
export type AdminContext = {
  config: Config;
  database: Database;
  sealer: Sealer;
  /** Writes one line for the operator. */
  print(line: string): void;
  now(): number;
};

/** Resolves with whether all is well; the exit status tells. */
export type AdminCommand = (context: AdminContext, argument: string) => Promise<boolean>;

/** The doctor goes on where the database is what is wrong: then this holds the error that says so. */
export type DoctorContext = Omit<AdminContext, 'database'> & { database: Database | Error };

/** One thing that the doctor looked at. */
export type Finding = { ok: boolean; says: string };

/** An operator can mend it; the message is the sentence that says how. */
export class AdminError extends OperatorError {
  constructor(message: string) {
    super('admin_refused', message);
  }
}
