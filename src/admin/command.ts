import type { Config } from '../config.ts';
import { OperatorError } from '../operations/operator-error.ts';
import type { Database } from '../storage/database.ts';
import type { Sealer } from '../storage/sealing/sealing.ts';

/** The dependencies of an operators' command. */
type AdminContext = {
  config: Config;
  database: Database;
  sealer: Sealer;
  /** Writes one line for the operator. */
  print(line: string): void;
  now(): number;
};

/** Resolves with whether all is well, which sets the exit status. */
export type AdminCommand = (context: AdminContext, argument: string) => Promise<boolean>;

/** The doctor runs even if the database can't be used. Then this is the error that says why. */
export type DoctorContext = Omit<AdminContext, 'database'> & { database: Database | Error };

/** The result of one check of the doctor. */
export type Finding = { ok: boolean; says: string };

/** An error that an operator can fix. The message is a sentence that says how. */
export class AdminError extends OperatorError {
  constructor(message: string) {
    super('admin_refused', message);
  }
}
