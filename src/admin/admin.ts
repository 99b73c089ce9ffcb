import { constants } from 'node:os';
import { readEnvironment } from '../config.ts';
import { describeError } from '../operations/log/log.ts';
import { OperatorError } from '../operations/operator-error.ts';
import { runAdmin } from './run-admin.ts';

// The reader may have seen enough (`pending | head`). The command still finishes its work.
process.stdout.on('error', () => {});
// Unlike the end by a signal itself, this deletes files that are not complete.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
}

try {
  process.exitCode = await runAdmin({
    args: process.argv.slice(2),
    env: readEnvironment(process.env),
    print: (line) => void process.stdout.write(`${line}\n`),
    now: Date.now,
  });
} catch (error) {
  const { code, at } = describeError(error);
  process.stderr.write(
    error instanceof OperatorError ? `${error.message}\n` : `The command failed (${code} at ${at}).\n`,
  );
  process.exitCode = 1;
}
