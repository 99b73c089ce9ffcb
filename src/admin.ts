import { config as readDotenv } from 'dotenv';
import { runAdmin } from './admin/run-admin.ts';
import { describeError } from './log.ts';

readDotenv({ quiet: true });
try {
  process.exitCode = await runAdmin({
    args: process.argv.slice(2),
    env: process.env,
    print: (line) => void process.stdout.write(`${line}\n`),
    now: Date.now,
  });
} catch (error) {
  const { code, at } = describeError(error);
  process.stderr.write(`The command failed (${code} at ${at}).\n`);
  process.exitCode = 1;
}
