import { type Logger, LogLevel } from '@slack/web-api';
import { describeError, type Log } from '../../operations/log/log.ts';

/**
 * The logger for Bolt, WebClient and the Socket Mode client. Their messages quote payloads, tokens and thrown errors, so the
 * log gets none of their text, only that a problem was reported and the codes of the errors.
 */
export function createSdkLogger(log: Log): Logger {
  const note =
    (level: 'warn' | 'error') =>
    (...said: unknown[]) => {
      const error = said.find((each) => each instanceof Error);
      log[level](`Slack's SDK reported a problem`, error === undefined ? {} : describeError(error));
    };
  return {
    debug: () => {},
    info: () => {},
    warn: note('warn'),
    error: note('error'),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
