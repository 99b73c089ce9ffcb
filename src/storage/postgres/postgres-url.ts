/** The password of a URL begins after the first colon and ends before the last @, whatever is between. */
const WITH_PASSWORD =
  /^(?<scheme>postgres(?:ql)?:\/\/)(?<user>[^:@/?#]+(?:@[^:@/?#]+)?):(?<password>.*)@(?<rest>[^@]*)$/s;

/** All of these check the server's certificate and its name. `pg` does so too, but announces that it will stop. */
const CHECKED_MODES = ['prefer', 'require', 'verify-ca'];

/**
 * The URL for `pg`. The user and the password may have any character, also those that a URL has to encode: a `%` that does not
 * begin an encoded character is a percent sign.
 *
 * @returns undefined if it is no URL
 */
export function toPostgresUrl(text: string): string | undefined {
  const url = URL.parse(encodeLogin(text));
  if (url === null) return undefined;
  const { searchParams } = url;
  const isLibpq = searchParams.has('uselibpqcompat');
  if (!isLibpq && CHECKED_MODES.includes(searchParams.get('sslmode') ?? '')) searchParams.set('sslmode', 'verify-full');
  return url.href;
}

function encodeLogin(text: string): string {
  const { scheme, user, password, rest } = WITH_PASSWORD.exec(text)?.groups ?? {};
  if (user === undefined || password === undefined || hasOptionWithAt(text)) return text;
  return `${scheme}${encode(user)}:${encode(password)}@${rest}`;
}

/** An @ in the options is no end of a password, as in `postgres://bot:secret@host/name?application_name=bot@acme`. */
function hasOptionWithAt(text: string): boolean {
  return /^\?\w+=.*@/.test(URL.parse(text)?.search ?? '');
}

function encode(part: string): string {
  return part.replace(/%(?![0-9a-f]{2})|[^\w.~!$&'()*+,;=%-]/giu, encodeURIComponent);
}
