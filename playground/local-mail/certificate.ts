import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its private key, both in PEM. */
export type Certificate = { cert: string; key: string };

export type Authority = Certificate & { name: string; privateKey: KeyObject };

const DAY_MS = 86_400_000;

/** A certificate authority of the playground's own; who trusts its `cert` trusts what `createCertificate` makes with it. */
export function createAuthority(name = 'Local Mail CA'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const issuer = { name, privateKey: keys.privateKey };
  return {
    ...build({ subject: name, publicKey: keys.publicKey, issuer, isAuthority: true, names: [] }, keys),
    ...issuer,
  };
}

/** @param issuer left out: the certificate is self-signed */
export function createCertificate(names: string[], issuer?: Authority, validForDays = 30): Certificate {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const subject = names[0] ?? '';
  const signer = issuer ?? { name: subject, privateKey: keys.privateKey };
  return build({ subject, publicKey: keys.publicKey, issuer: signer, isAuthority: false, names, validForDays }, keys);
}

type Facts = {
  subject: string;
  publicKey: KeyObject;
  issuer: { name: string; privateKey: KeyObject };
  isAuthority: boolean;
  names: string[];
  validForDays?: number;
};

/** RFC 5280, 4.1. Node reads certificates and signs, but writes none. */
function build(
  { subject, publicKey, issuer, isAuthority, names, validForDays = 30 }: Facts,
  keys: { privateKey: KeyObject },
) {
  const algorithm = sequence(ECDSA_WITH_SHA256);
  const until = Date.now() + validForDays * DAY_MS;
  const toBeSigned = sequence(
    tlv(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name(issuer.name),
    sequence(time(Math.min(Date.now(), until) - 30 * DAY_MS), time(until)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(basicConstraints(isAuthority), ...(names.length > 0 ? [alternativeNames(names)] : []))),
  );
  const signature = sign('sha256', toBeSigned, issuer.privateKey);
  const der = sequence(toBeSigned, algorithm, tlv(0x03, Buffer.of(0), signature));
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const ECDSA_WITH_SHA256 = oid('2a8648ce3d040302');

function basicConstraints(isAuthority: boolean): Buffer {
  const yes = tlv(0x01, Buffer.of(0xff));
  return sequence(oid('551d13'), yes, tlv(0x04, isAuthority ? sequence(yes) : sequence()));
}

function alternativeNames(names: string[]): Buffer {
  return sequence(oid('551d11'), tlv(0x04, sequence(...names.map((each) => tlv(0x82, Buffer.from(each))))));
}

function name(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(commonName)))));
}

function time(at: number): Buffer {
  return tlv(0x18, Buffer.from(new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')));
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, ...parts);
}

function integer(bytes: Buffer): Buffer {
  return tlv(0x02, bytes);
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const length = value.length < 128 ? Buffer.of(value.length) : Buffer.of(0x82, value.length >> 8, value.length & 255);
  return Buffer.concat([Buffer.of(tag), length, value]);
}
