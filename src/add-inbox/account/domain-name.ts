/** RFC 1123: at least two labels of letters, digits and inner hyphens, 253 characters in all. */
const HOST_NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Characters that end a host name in a URL, or that URL parsing changes. */
const NOT_IN_A_NAME = /[\s\p{Cc}/\\?#@:%]/u;

/** The name of a server or domain in ASCII (`müller.de` is `xn--mller-kva.de`); undefined if `name` is invalid. */
export function toAsciiName(name: string): string | undefined {
  if (/^\p{ASCII}*$/u.test(name)) return HOST_NAME.test(name) ? name : undefined;
  if (NOT_IN_A_NAME.test(name)) return undefined;
  const ascii = URL.parse(`http://${name}`)?.hostname ?? '';
  // URL parsing turns non-ASCII digits into ASCII ones, which can make the name an IP address.
  return HOST_NAME.test(ascii) && !/\.\d+$/.test(ascii) ? ascii : undefined;
}
