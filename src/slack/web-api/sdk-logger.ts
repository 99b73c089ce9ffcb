import { type Logger, LogLevel } from '@slack/web-api';
import { describeError, type Log } from '../../operations/log/log.ts';

/**
 * The one logger that Bolt, WebClient and the Socket Mode client get. Their messages quote payloads, tokens and whatever
 * was thrown, so none of their words are written: only that they warned, and the codes of the errors they passed.
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
