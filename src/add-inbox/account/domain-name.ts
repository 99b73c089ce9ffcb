/** RFC 1123: labels of letters, digits and inner hyphens, at least two of them, 253 characters in all. */
const HOST_NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** What ends a host name in a URL, or is changed there before it is looked at. */
const NOT_IN_A_NAME = /[\s\p{Cc}/\\?#@:%]/u;

/** The name of a server or domain in ASCII (`müller.de` is `xn--mller-kva.de`); undefined where `name` is none. */
export function toAsciiName(name: string): string | undefined {
  if (/^\p{ASCII}*$/u.test(name)) return HOST_NAME.test(name) ? name : undefined;
  if (NOT_IN_A_NAME.test(name)) return undefined;
  const ascii = URL.parse(`http://${name}`)?.hostname ?? '';
  // Other digits than ASCII's can make it the address of a machine.
  return HOST_NAME.test(ascii) && !/\.\d+$/.test(ascii) ? ascii : undefined;
}
