const NOT_TRUSTED = 'Set sslrootcert=FILE in DATABASE_URL, with the certificate of the authority that signed it.';

const LOGIN = 'Check the user and the password in DATABASE_URL. Quote the value in .env if it has a #.';

const NOT_THERE =
  'Check the host and the port in DATABASE_URL, and that PostgreSQL accepts connections from this machine.';

const HAS_STOPPED = 'Wait until the server has started, then try again.';

/** Advice for operators, by the codes of Node and PostgreSQL (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const WHAT_TO_DO: Record<string, string> = {
  ECONNREFUSED: NOT_THERE,
  ECONNRESET: NOT_THERE,
  ETIMEDOUT: NOT_THERE,
  EHOSTUNREACH: NOT_THERE,
  ENETUNREACH: NOT_THERE,
  ENOTFOUND: NOT_THERE,
  EAI_AGAIN: NOT_THERE,
  ENOENT: 'Check the files in DATABASE_URL: sslrootcert, sslcert and sslkey.',
  EACCES: 'Let the user of the bot read the files in DATABASE_URL: sslrootcert, sslcert and sslkey.',
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  CERT_HAS_EXPIRED: 'Renew the certificate of the server.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use the name that the certificate is for as the host in DATABASE_URL.',
  '25006': 'This is a read-only replica. DATABASE_URL must lead to the primary.',
  '28000':
    'Check the user in DATABASE_URL and pg_hba.conf. If the server wants TLS, add sslmode=require to DATABASE_URL.',
  '28P01': LOGIN,
  '3D000': 'Create the database, or check its name in DATABASE_URL.',
  '3F000': 'Create the schema that search_path names, owned by the user in DATABASE_URL.',
  '42501':
    'Let the user in DATABASE_URL create tables: GRANT CREATE ON SCHEMA …, or make it the owner of the database.',
  '53100': 'Make room on its disk.',
  '53300': 'Each bot uses at most 11 connections. Raise max_connections, or use PgBouncer.',
  '57P01': HAS_STOPPED,
  '57P02': HAS_STOPPED,
  '57P03': HAS_STOPPED,
};

/** For errors without a code, or with one that says too little. */
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/^connect ENOENT/, NOT_THERE],
  [/unsupported startup parameter/, 'Remove options from DATABASE_URL. Set search_path with ALTER ROLE … SET.'],
  [/does not support SSL/, 'Turn TLS on there, or remove sslmode from DATABASE_URL.'],
  [/timeout/i, NOT_THERE],
  [/password must be a string|no password supplied/i, LOGIN],
];

/** Why PostgreSQL can't be used and what to do, in sentences without a secret. `pg`'s own messages never quote the URL. */
export function explainFailure(error: unknown): string {
  const errors = error instanceof AggregateError ? error.errors : [error];
  const reason = errors.map(reasonOf).join(', ');
  const advice = findAdvice(errors[0], reason);
  return `PostgreSQL can't be used: ${reason}.${advice === undefined ? '' : ` ${advice}`}`;
}

/** Whether PostgreSQL itself says that an operator can help, and not that the statement is wrong. */
export function isPostgresFault(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && findAdvice(error, reasonOf(error)) !== undefined;
}

/** A host that DNS does not know is left out: in a URL that is mistyped, it may be a part of the password. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^getaddrinfo (\w+).*$/s, "the host can't be found ($1)");
}

function findAdvice(error: unknown, reason: string): string | undefined {
  const byMessage = BY_MESSAGE.find(([pattern]) => pattern.test(reason));
  if (byMessage !== undefined) return byMessage[1];
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(WHAT_TO_DO, code) ? WHAT_TO_DO[code] : undefined;
}
