import { toAsciiName } from './domain-name.ts';

/** RFC 5322 `dot-atom`, the only form that RFC 5321 allows before the @ without quotes. */
const DOT_ATOM = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;

const TOP_LEVEL_DOMAIN = /\.(?:[a-z]{2,63}|xn--[a-z0-9-]+)$/i;

/** RFC 5321, 4.5.3.1.1. */
const MAX_LOCAL_PART = 64;

/** ColdSend's limit for the whole address. */
export const MAX_ADDRESS = 255;

const SENTENCES = {
  none: 'This is not an email address. Enter one full address, like jane@acme.com.',
  quoted: "Addresses with quotes before the @ can't be added. Enter one without quotes, like jane@acme.com.",
  notAscii: 'Before the @, only a–z, digits and signs like . _ + - can be used. Enter an address like jane@acme.com.',
  longLocalPart: `The part before the @ is too long: at most ${MAX_LOCAL_PART} characters.`,
  long: `This is too long: at most ${MAX_ADDRESS} characters.`,
};

/** The mistake in an address, as a sentence; undefined if ColdSend accepts the address. */
export function findAddressMistake(address: string): string | undefined {
  const [localPart, domain] = splitAddress(address);
  const ascii = toAsciiName(domain);
  if (ascii === undefined || !TOP_LEVEL_DOMAIN.test(ascii)) return SENTENCES.none;
  if (/^".*"$/.test(localPart)) return SENTENCES.quoted;
  if (!DOT_ATOM.test(localPart)) {
    return DOT_ATOM.test(localPart.replace(/[\p{L}\p{M}\p{N}]/gu, 'x')) ? SENTENCES.notAscii : SENTENCES.none;
  }
  if (localPart.length > MAX_LOCAL_PART) return SENTENCES.longLocalPart;
  return localPart.length + 1 + ascii.length > MAX_ADDRESS ? SENTENCES.long : undefined;
}

/** Converts the domain of a valid address to ASCII. */
export function toAsciiAddress(text: string): string {
  const [localPart, domain] = splitAddress(text);
  const ascii = toAsciiName(domain);
  return localPart === '' || ascii === undefined ? text : `${localPart}@${ascii}`;
}

/** The domain of a valid address, in ASCII and lower case. */
export function domainOf(address: string): string {
  return splitAddress(toAsciiAddress(address))[1].toLowerCase();
}

function splitAddress(address: string): [localPart: string, domain: string] {
  const at = Math.max(address.lastIndexOf('@'), 0);
  return [address.slice(0, at), address.slice(at + 1)];
}
