import { z } from 'zod';
import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import type { Installation } from '../state/records.ts';

/** Who calls: the installation whose bot token it is. */
export type CallContext = { core: Core; installation: Installation };

/** What a call came with, where it is no bot's. */
export type AppCallContext = { core: Core; authorization: string | undefined };

export type Method =
  | { auth: 'bot'; scope: string | undefined; args: string[]; call(context: CallContext, args: JsonObject): JsonObject }
  /** With the app-level token, or client id and secret. */
  | { auth: 'app' | 'client'; args: string[]; call(context: AppCallContext, args: JsonObject): JsonObject };

/** Answered as `{ok: false, error}`. */
export class SlackApiError extends Error {
  readonly code: string;
  readonly details: JsonObject;
  constructor(code: string, details: JsonObject = {}) {
    super(code);
    this.name = 'SlackApiError';
    this.code = code;
    this.details = details;
  }
}

/** A method for bot tokens; `scope` is what the token needs. */
export function botMethod<Shape extends z.ZodRawShape>(
  scope: string | undefined,
  shape: Shape,
  run: (context: CallContext, args: z.output<z.ZodObject<Shape>>) => JsonObject,
): Method {
  const schema = z.object(shape);
  return {
    auth: 'bot',
    scope,
    args: Object.keys(shape),
    call: (context, args) => run(context, parseArgs(schema, args)),
  };
}

export function appMethod<Shape extends z.ZodRawShape>(
  auth: 'app' | 'client',
  shape: Shape,
  run: (context: AppCallContext, args: z.output<z.ZodObject<Shape>>) => JsonObject,
): Method {
  const schema = z.object(shape);
  return { auth, args: Object.keys(shape), call: (context, args) => run(context, parseArgs(schema, args)) };
}

/** For scopes that depend on what is asked for; throws Slack's `missing_scope`. */
export function requireScope({ installation }: CallContext, needed: string): void {
  if (installation.scopes.includes(needed)) return;
  throw new SlackApiError('missing_scope', { needed, provided: installation.scopes.join(',') });
}

/** `[ERROR] …` lines as Slack puts them beside `invalid_arguments` and `invalid_blocks`. */
export function errorMessages(problems: string[]): JsonObject {
  return { errors: problems, response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) } };
}

function parseArgs<Schema extends z.ZodObject>(schema: Schema, args: JsonObject): z.output<Schema> {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${message} [json-pointer:/${path.join('/')}]`);
  throw new SlackApiError('invalid_arguments', errorMessages(problems));
}
