export type Half = 'smtp' | 'imap';

type Encryption = 'implicit' | 'starttls';

/** RFC 8314 and 6409; 2525 is what providers offer where 587 is blocked. Port 25 is for mail between servers, and often blocked. */
const MAIL_PORTS: Record<Half, Record<string, Encryption>> = {
  smtp: { 465: 'implicit', 587: 'starttls', 2525: 'starttls' },
  imap: { 993: 'implicit', 143: 'starttls' },
};

/**
 * The way TLS begins on a port; undefined for a port that the bot does not connect to. Otherwise people could scan the ports of a host
 * with the bot.
 *
 * @param isOwn the server is the operator's own. There, a port that ends like a mail port counts as one: containers publish 993 as
 *   10993
 */
export function encryptionOf(half: Half, port: number, isOwn: boolean): Encryption | undefined {
  const ports = MAIL_PORTS[half];
  const usual = Object.keys(ports).find((each) => String(port) === each || (isOwn && String(port).endsWith(each)));
  return usual === undefined ? undefined : ports[usual];
}
