import { findErrorCode } from '../operations/log/log.ts';

const NOT_TRUSTED =
  'its certificate is not from an authority that this machine trusts (set NODE_EXTRA_CA_CERTS for your own)';

const WHYS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  ENOTFOUND: 'DNS does not know its name',
  EAI_AGAIN: 'DNS does not answer',
  ETIMEDOUT: 'it does not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer in time',
  TIMEOUT: 'it does not answer in time',
  EHOSTUNREACH: 'there is no network route to it',
  ENETUNREACH: 'there is no network route to it',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UND_ERR_INVALID_ARG: "a setting has a character that can't be sent; check the token for spaces and line breaks",
  HTTP_407: 'a proxy asks for a login',
};

/** Before the code of a failure on the way to a proxy. */
const PROXY = 'PROXY_';

/** The reason that a host can't be reached, in words that follow a colon, with the error code for engineers. */
export function sayWhyUnreachable(error: unknown): string {
  const code = findErrorCode(error);
  if (code === undefined) return 'the reason is unknown';
  if (code === 'PROXY_HTTP_407') return `the proxy asks for a login, or refuses the one in HTTPS_PROXY (${code})`;
  if (code.startsWith('PROXY_HTTP_')) return `the proxy refuses the connection (${code})`;
  if (!code.startsWith(PROXY)) return Object.hasOwn(WHYS, code) ? `${WHYS[code]} (${code})` : code;
  const why = WHYS[code.slice(PROXY.length)];
  return `the bot can't connect to the proxy${why === undefined ? '' : `: ${why}`} (${code})`;
}

/** The same for the status of an intermediate server's answer; undefined for any other status. */
export function sayWhoIsBetween(status: number): string | undefined {
  return status === 407 ? `${WHYS.HTTP_407} (HTTP_407)` : undefined;
}
