import { type Logger, LogLevel } from '@slack/web-api';

const nothing = (): void => {};

/** What the SDK is given where its lines are of no interest. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};
