import { type RunningApp, startApp } from './app/app.ts';
import { findConfigWarnings, parseConfig, readEnvironment } from './config.ts';
import { createLog, describeError } from './operations/log/log.ts';
import { openOutput } from './operations/log/open-output.ts';
import { OperatorError } from './operations/operator-error.ts';

await run();

/** Runs the bot until it gets a stop signal. Adds the variables in `.env` to the environment. */
async function run(): Promise<void> {
  try {
    const env = readEnvironment(process.env);
    const config = parseConfig(env);
    const log = createLog(config.logLevel);
    for (const warning of findConfigWarnings(env)) log.warn(warning);
    // Node writes its warnings to stderr, and waits for the reader.
    process.removeAllListeners('warning');
    process.on('warning', (warning) => {
      // The secure page's script is stripped of its types by a function that Node calls experimental.
      if (warning.name !== 'ExperimentalWarning') log.warn('Node gave a warning', describeError(warning));
    });
    const onUnhandled = (error: unknown): never => {
      log.error('Stopped by an unhandled error', describeError(error));
      process.exit(1);
    };
    process.on('unhandledRejection', onUnhandled);
    process.on('uncaughtException', onUnhandled);
    let app: RunningApp | undefined;
    let stopping = false;
    const stop = (): void => {
      // Ending the process is safe at any time. Before the bot has started, there is nothing to clean up.
      if (stopping || app === undefined) process.exit(0);
      stopping = true;
      log.info('Stopping');
      app.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error('The bot could not stop cleanly', describeError(error));
          process.exit(1);
        },
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    app = await startApp(config, log);
  } catch (error) {
    complain(sentenceFor(error));
    process.exit(1);
  }
}

/** If the message can't be written, the exit status has to be enough. */
function complain(sentence: string): void {
  try {
    openOutput(2)(Buffer.from(`${sentence}\n`));
  } catch {}
}

/** Errors that an operator can fix have a sentence of ours. For any other error, only its code and location are reported. */
function sentenceFor(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  const { code, at } = describeError(error);
  return `The bot could not start (${code} at ${at}).`;
}
