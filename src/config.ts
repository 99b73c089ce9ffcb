import { isIPv4, isIPv6 } from 'node:net';
import { config as readDotenv } from 'dotenv';
import { z } from 'zod';
import type { RateLimit } from './add-inbox/worker/rate-limit.ts';
import { parseNetwork } from './mailbox/safe-address.ts';
import { OperatorError } from './operations/operator-error.ts';
import { isLoopback, type Proxies } from './operations/proxy/find-proxy.ts';

/** The operator's settings, validated. Durations are in milliseconds. */
export type Config = {
  slack: SlackConfig;
  coldsend: {
    apiUrl: string;
    addPath: string;
    timeoutMs: number;
    rateLimits: RateLimit[];
  };
  mailbox: {
    /** Whether the bot logs in to mailboxes itself. */
    loginChecks: boolean;
    /** Ranges like `10.1.0.0/16` that may be logged in to although they are not public. */
    loginCheckNetworks: string[];
    /** With a port where it is not 53; undefined: the system's. */
    dnsServers: string[] | undefined;
  };
  /** For Slack and ColdSend. */
  proxies: Proxies;
  encryptionKeys: { id: string; key: Uint8Array }[];
  databaseUrl: string;
  host: string;
  port: number;
  /** The bot's public URL, without a slash at the end. With it, the bot serves the secure page. */
  publicUrl: string | undefined;
  logLevel: LogLevel;
};

export type SlackConfig = {
  apiUrl: string;
  workspaces: { kind: 'one'; botToken: string } | ({ kind: 'many' } & OauthConfig);
  transport: { kind: 'socket'; appToken: string } | { kind: 'http'; signingSecret: string };
};

/** The settings with which workspaces install the bot themselves. */
type OauthConfig = {
  clientId: string;
  clientSecret: string;
  stateSecret: string;
  authorizeUrl: string;
  /** The bot's public URL for people and Slack, without a slash at the end. */
  publicUrl: string;
};

export type LogLevel = (typeof LOG_LEVELS)[number];

/** The environment can't be used. Each problem names a variable and never shows its value. */
export class ConfigError extends OperatorError {
  readonly problems: string[];
  constructor(problems: string[]) {
    super('config_invalid', `The settings can't be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** The quotes around a quoted value. Docker's `--env-file` does not remove them. */
const QUOTED = /^["'“”‘’](.*)["'“”‘’]$/s;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The settings for several workspaces. Either all of them are set or none. */
const OAUTH_NAMES = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_STATE_SECRET'] as const;

const BOT_TOKEN = 'the bot token of the app, from "OAuth & Permissions"';

const MAKE_A_SECRET = `node -e "console.log(require('node:crypto').randomBytes(32).toString('base64url'))"`;

const MAKE_A_KEY = `node -e "console.log('k1:' + require('node:crypto').randomBytes(32).toString('base64'))"`;

const environment = z.object({
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_BOT_TOKEN: secret('xoxb-', BOT_TOKEN).optional(),
  SLACK_APP_TOKEN: secret(
    'xapp-',
    'an app-level token with the scope connections:write, from "Basic Information"',
  ).optional(),
  SLACK_CLIENT_ID: z
    .string()
    .regex(/^[\w.-]+$/, 'must be the client ID of the app, from "Basic Information"')
    .optional(),
  SLACK_CLIENT_SECRET: z.string().optional(),
  SLACK_STATE_SECRET: z
    .string()
    .min(32, `must have at least 32 random characters. Make it with: ${MAKE_A_SECRET}`)
    .optional(),
  SLACK_AUTHORIZE_URL: safeUrl().default('https://slack.com/oauth/v2/authorize'),
  SLACK_API_URL: safeUrl().default('https://slack.com/api/'),
  COLDSEND_API_URL: safeUrl().default('https://api.coldsend.io/api/public/v1'),
  COLDSEND_ADD_PATH: z
    .string()
    .regex(/^\/[\w\-./]*$/, 'must be a path that starts with /')
    .default('/sender-accounts'),
  COLDSEND_TIMEOUT_MS: integer(1, 600_000).default(60_000),
  COLDSEND_RATE_LIMIT: z
    .string()
    .transform(
      (text, context) => parseRateLimits(text) ?? refuse(context, 'must look like 100/60,1000/3600: requests/seconds'),
    )
    .default([
      { requests: 100, seconds: 60 },
      { requests: 1000, seconds: 3600 },
    ]),
  LOGIN_CHECKS: z.enum(['on', 'off'], 'must be on or off').default('on'),
  LOGIN_CHECK_NETWORKS: list(
    (part) => parseNetwork(part) !== undefined,
    'must be address ranges like 10.1.0.0/16,fd00::/8, separated by commas',
  ).default([]),
  DNS_SERVERS: list(
    isServerAddress,
    'must be IP addresses like 10.0.0.53,[fd00::53]:5353, separated by commas',
  ).optional(),
  ENCRYPTION_KEYS: z
    .string(`is missing. It encrypts the stored passwords and keys. Make one with: ${MAKE_A_KEY}`)
    .transform(
      (text, context) =>
        parseEncryptionKeys(text) ??
        refuse(
          context,
          `must be id:base64 of 32 bytes, several separated by commas, each id once. Make one with: ${MAKE_A_KEY}`,
        ),
    ),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:(?!(\/\/)?:memory:).|postgres(ql)?:\/\/.)/, 'must be sqlite:FILE or start with postgres://')
    .default('sqlite:./data/inbox-bot.db'),
  HTTPS_PROXY: proxyUrl().optional(),
  HTTP_PROXY: proxyUrl().optional(),
  NO_PROXY: proxyExceptions().optional(),
  https_proxy: proxyUrl().optional(),
  http_proxy: proxyUrl().optional(),
  no_proxy: proxyExceptions().optional(),
  HOST: z
    .string()
    .transform((host) => host.replace(/^\[(.*)\]$/, '$1'))
    .refine((host) => isIPv6(host) || /^[\w.-]+$/.test(host), 'must be an address like 127.0.0.1 or ::, without a port')
    .optional(),
  PORT: integer(0, 65_535).default(3000),
  PUBLIC_URL: safeUrl().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
});

type Name = keyof typeof environment.shape;
const NAMES: readonly Name[] = environment.keyof().options;

/** Names that nothing else in an environment has. */
const OURS = /^(SLACK|COLDSEND|LOGIN_CHECK|ENCRYPTION)/i;

const HEX_SECRET = { form: /^[0-9a-f]{32}$/, expected: '32 hex digits (0-9, a-f), from "Basic Information"' };

/** The usual formats, from Slack and from our own instructions. Other formats may be valid too. */
const USUAL_FORMS: Partial<Record<Name, { form: RegExp; expected: string }>> = {
  SLACK_SIGNING_SECRET: HEX_SECRET,
  SLACK_CLIENT_SECRET: HEX_SECRET,
  SLACK_BOT_TOKEN: { form: /^xoxb-[\w-]+$/, expected: 'xoxb- and then only letters, digits and hyphens' },
  SLACK_APP_TOKEN: { form: /^xapp-[\w-]+$/, expected: 'xapp- and then only letters, digits and hyphens' },
  SLACK_CLIENT_ID: { form: /^\d+\.\d+$/, expected: 'two numbers with a dot between them' },
  COLDSEND_TIMEOUT_MS: { form: /^\d{4,}$/, expected: 'milliseconds, 1000 or more' },
  ENCRYPTION_KEYS: { form: /^([^,]{43,}=\s*(,|$))+$/, expected: 'base64 that ends with =, after each id' },
};

/**
 * Valid settings that may be mistakes. Each has a sentence that names a variable and never its value.
 *
 * @param env the same as for `parseConfig`
 */
export function findConfigWarnings(env: Record<string, string | undefined>): string[] {
  const values = cleanValues(env);
  const isBoth = values.SLACK_APP_TOKEN !== undefined && values.SLACK_SIGNING_SECRET !== undefined;
  return [
    ...findMisspelled(values),
    ...(isBoth ? ['SLACK_APP_TOKEN turns on Socket Mode, so the bot ignores SLACK_SIGNING_SECRET. Remove one.'] : []),
    ...NAMES.flatMap((name) => findUnusual(name, env[name]?.trim(), values[name])),
  ];
}

function findMisspelled(values: Record<string, unknown>): string[] {
  const unknown = Object.keys(values).filter((name) => OURS.test(name) && !NAMES.some((known) => known === name));
  return unknown.map((name) => `${name} is not a setting of the bot. Check how it is spelled, or remove it.`);
}

function findUnusual(name: Name, given = '', value: string | undefined): string[] {
  if (value === undefined) return [];
  const usual = USUAL_FORMS[name];
  return [
    ...(QUOTED.test(given) ? [`${name} has quotes around it. The bot ignores them. Remove them.`] : []),
    ...(usual === undefined || usual.form.test(value) ? [] : [`${name} looks unusual. Expected: ${usual.expected}.`]),
  ];
}

/** Removes leftovers of copying: spaces and line breaks at the ends and quotes around the value. Drops empty values. */
function cleanValues(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value = '']) => {
      const trimmed = value.trim();
      const cleaned = QUOTED.exec(trimmed)?.[1]?.trim() ?? trimmed;
      return cleaned === '' ? [] : [[name, cleaned]];
    }),
  );
}

/**
 * Adds the variables in `.env` to `env`. Variables that are set stay, unless they are empty: Compose and systemd pass on every
 * name they list.
 *
 * @throws ConfigError if there is a `.env` that can't be read, and `env` alone is not enough
 */
export function readEnvironment(env: Record<string, string | undefined>): Record<string, string | undefined> {
  const { parsed = {}, error } = readDotenv({ quiet: true, processEnv: {} });
  if (error !== undefined && error.code !== 'ENOENT' && cleanValues(env).ENCRYPTION_KEYS === undefined) {
    throw new ConfigError([`.env can't be read (${error.code}). It must be a file of the user that runs the bot`]);
  }
  for (const [name, value] of Object.entries(parsed)) {
    if ((env[name] ?? '').trim() === '') env[name] = value;
  }
  return env;
}

/** Reads the settings from an environment. An empty variable counts as not set. Throws one ConfigError with all problems. */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const filled: Record<string, string | undefined> = cleanValues(env);
  const parsed = environment.safeParse(filled);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path[0]?.toString()} ${issue.message}`);
  if (filled.SLACK_APP_TOKEN === undefined && filled.SLACK_SIGNING_SECRET === undefined) {
    problems.push('SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing');
  }
  problems.push(...findWorkspaceProblems(filled));
  if (!parsed.success || problems.length > 0) throw new ConfigError([...problems, ...findMisspelled(filled)]);
  const set = parsed.data;
  return {
    slack: {
      apiUrl: set.SLACK_API_URL,
      workspaces: toWorkspaces(set),
      transport:
        set.SLACK_APP_TOKEN !== undefined
          ? { kind: 'socket', appToken: set.SLACK_APP_TOKEN }
          : { kind: 'http', signingSecret: set.SLACK_SIGNING_SECRET ?? '' },
    },
    coldsend: {
      apiUrl: set.COLDSEND_API_URL.replace(/\/+$/, ''),
      addPath: set.COLDSEND_ADD_PATH,
      timeoutMs: set.COLDSEND_TIMEOUT_MS,
      rateLimits: set.COLDSEND_RATE_LIMIT,
    },
    mailbox: {
      loginChecks: set.LOGIN_CHECKS === 'on',
      loginCheckNetworks: set.LOGIN_CHECK_NETWORKS,
      dnsServers: set.DNS_SERVERS,
    },
    // As with curl, a name in lower case wins.
    proxies: {
      http: set.http_proxy ?? set.HTTP_PROXY,
      https: set.https_proxy ?? set.HTTPS_PROXY,
      exceptions: set.no_proxy ?? set.NO_PROXY ?? [],
    },
    encryptionKeys: set.ENCRYPTION_KEYS,
    databaseUrl: set.DATABASE_URL,
    host: set.HOST ?? (set.SLACK_APP_TOKEN === undefined ? '0.0.0.0' : '127.0.0.1'),
    port: set.PORT,
    publicUrl: set.PUBLIC_URL?.replace(/\/+$/, ''),
    logLevel: set.LOG_LEVEL,
  };
}

/** One workspace needs its bot token; several need the settings with which they install the bot themselves. */
function findWorkspaceProblems(filled: Record<string, string | undefined>): string[] {
  const given = OAUTH_NAMES.filter((name) => filled[name] !== undefined);
  const hasToken = filled.SLACK_BOT_TOKEN !== undefined;
  if (given.length === 0) return hasToken ? [] : [`SLACK_BOT_TOKEN is missing: ${BOT_TOKEN}`];
  return [
    ...(hasToken ? [`SLACK_BOT_TOKEN (one workspace) and ${given[0]} (several workspaces) can't be set together`] : []),
    ...OAUTH_NAMES.filter((name) => !given.includes(name)).map(
      (name) => `${name} is missing: several workspaces need ${OAUTH_NAMES.join(', ')} together`,
    ),
    ...(filled.PUBLIC_URL === undefined
      ? ['PUBLIC_URL is missing: several workspaces need the address of the pages of the bot']
      : []),
  ];
}

function toWorkspaces(set: z.output<typeof environment>): SlackConfig['workspaces'] {
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret, SLACK_STATE_SECRET: stateSecret } = set;
  const { PUBLIC_URL: publicUrl, SLACK_AUTHORIZE_URL: authorizeUrl } = set;
  if (!clientId || !clientSecret || !stateSecret || !publicUrl) {
    return { kind: 'one', botToken: set.SLACK_BOT_TOKEN ?? '' };
  }
  return { kind: 'many', clientId, clientSecret, stateSecret, authorizeUrl, publicUrl: publicUrl.replace(/\/+$/, '') };
}

function secret(prefix: string, what: string) {
  return z
    .string(`is missing: ${what}`)
    .refine((value) => value.startsWith(prefix), `must start with ${prefix}: ${what}`)
    .refine((value) => /^[\x21-\x7e]*$/.test(value), 'has a space or another character that no token has');
}

/** Allows https, or plain http to this machine only, because keys and passwords are sent to this URL. */
function safeUrl() {
  return z
    .string()
    .refine(isSafeUrl, 'must be an https:// URL without user name or query (http:// only for a loopback host)');
}

function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** Without a scheme it is http, as with curl. */
function proxyUrl() {
  return z
    .string()
    .transform(
      (text, context) =>
        parseProxy(text) ??
        refuse(
          context,
          'must look like http://proxy.example.com:3128, with user:password@ before the name if the proxy needs a login',
        ),
    );
}

function parseProxy(text: string): URL | undefined {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
  const isBare = url.pathname === '/' && url.search === '' && url.hash === '';
  return isBare && isDecodable(url.username) && isDecodable(url.password) ? url : undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function proxyExceptions() {
  return z.string().transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''));
}

function integer(minimum: number, maximum: number) {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(minimum, message).max(maximum, message));
}

function list(isPart: (part: string) => boolean, message: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((parts) => parts.every(isPart), message);
}

/** As `dns.setServers` takes it: `10.0.0.53`, `10.0.0.53:5353`, `fd00::53` or `[fd00::53]:5353`. */
function isServerAddress(text: string): boolean {
  const [, v4 = '', v4Port = '53'] = /^([\d.]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const [, v6 = text, v6Port = '53'] = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  return (isIPv4(v4) && isPort(v4Port)) || (isIPv6(v6) && isPort(v6Port));
}

function isPort(digits: string): boolean {
  return Number(digits) > 0 && Number(digits) <= 65_535;
}

function parseRateLimits(text: string): RateLimit[] | undefined {
  const limits = text.split(',').map((part) => {
    const [, requests, seconds] = /^\s*(\d{1,9})\/(\d{1,9})\s*$/.exec(part) ?? [];
    return { requests: Number(requests ?? 0), seconds: Number(seconds ?? 0) };
  });
  return limits.every((limit) => limit.requests > 0 && limit.seconds > 0) ? limits : undefined;
}

function parseEncryptionKeys(text: string): Config['encryptionKeys'] | undefined {
  const keys = text.split(',').map((part) => {
    const [, id, base64] = /^\s*([\w-]{1,32}):([A-Za-z0-9+/_-]{43})=?\s*$/.exec(part) ?? [];
    return { id: id ?? '', key: new Uint8Array(Buffer.from(base64 ?? '', 'base64')) };
  });
  const usable = keys.every(({ id, key }) => id !== '' && key.length === 32);
  return usable && new Set(keys.map(({ id }) => id)).size === keys.length ? keys : undefined;
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
