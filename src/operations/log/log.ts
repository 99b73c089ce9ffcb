import { pino } from 'pino';
import type { Batch } from '../../add-inbox/batch/batch.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { LogLevel } from '../../config.ts';
import { createLineWriter } from './line-writer.ts';
import { openOutput } from './open-output.ts';

/** All fields that the log may contain: ids, codes and durations. No field could hold a secret or a body. */
export type LogFields = {
  /** The request's reference, from the submission to the reply. */
  request?: string;
  /** The id of a list of inboxes. */
  batch?: string;
  team?: string;
  user?: string;
  /** One of our states, steps or outcomes. */
  state?: string;
  step?: string;
  outcome?: string;
  /** An error's literal code or class name, never its message. */
  code?: string | undefined;
  /** The file and line of the error's first stack frames, without its message. */
  at?: string;
  /** A method of Slack's Web API, or a listener's name. */
  method?: string;
  status?: number | undefined;
  ms?: number;
  count?: number;
  port?: number;
  mode?: string;
  version?: string;
  /** One of our tables, the id of one of its rows, and a column. */
  table?: string;
  row?: string;
  column?: string;
};

export type Log = Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: LogFields) => void>;

/** The log of the process. It also counts the lines that were dropped. */
export type ProcessLog = Log & { countDropped(): number };

/**
 * JSON lines on stdout. Messages are our own fixed sentences; variable data goes into fields. If the output takes no lines, they
 * are dropped and the bot goes on.
 */
export function createLog(level: LogLevel): ProcessLog {
  const formatters = { level: (label: string) => ({ level: label }) };
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'message', formatters };
  const writer = createLineWriter({
    write: openOutput(1),
    renderDropped: (count) => {
      let rendered = '';
      pino(options, {
        write: (line) => {
          rendered = line;
        },
      }).warn({ count }, 'Log lines were dropped');
      return rendered;
    },
  });
  const logger = pino(options, { write: writer.add });
  process.once('exit', writer.flush);
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}) =>
      logger[name](fields, message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    countDropped: writer.countDropped,
  };
}

/** The ids that identify a request in the log. */
export function aboutRequest({ id, teamId }: AddInboxRequest): Pick<LogFields, 'request' | 'team'> {
  return { request: id, team: teamId };
}

/** The ids that identify a batch in the log. */
export function aboutBatch({ id, teamId }: Batch): Pick<LogFields, 'batch' | 'team'> {
  return { batch: id, team: teamId };
}

/** The loggable part of an error: its code and the place that threw it. A message can quote a person's input. */
export function describeError(error: unknown): Pick<LogFields, 'code' | 'at'> {
  if (!(error instanceof Error)) return { code: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? `${error.name}:${error.code}` : error.name;
  const frames =
    error.stack
      ?.replace(error.message, '')
      .split('\n')
      .filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line)) ?? [];
  const at = frames.slice(0, 4).map((frame) =>
    frame
      .trim()
      .replace(/^at /, '')
      .replace(/file:\/\/\S*\/(?=(src|node_modules)\/)/, ''),
  );
  const cause = error.cause instanceof Error ? describeError(error.cause).code : undefined;
  return { code: cause === undefined ? code : `${code} < ${cause}`, at: at.join(' < ') };
}

/** Network and TLS errors have codes like these. The `code` of other errors may be anything. */
const ERROR_CODE = /^[A-Z][A-Z0-9_]{2,63}$/;

/**
 * The reason that a host could not be reached: the code of the error or of its cause, like `ECONNREFUSED` or `CERT_HAS_EXPIRED`. An
 * answer's status is `HTTP_407`, a time-out is `TIMEOUT`. Undefined if none of these is known.
 */
export function findErrorCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined;
  if ('code' in error && typeof error.code === 'string' && ERROR_CODE.test(error.code)) return error.code;
  if ('statusCode' in error && typeof error.statusCode === 'number') return `HTTP_${error.statusCode}`;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'TIMEOUT';
  return findErrorCode(error.cause, depth + 1);
}
