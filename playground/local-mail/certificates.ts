import { type Certificate, createAuthority, createCertificate } from './certificate.ts';

/** A fault in a server's certificate. */
export type CertificateFlaw = 'expired' | 'self_signed' | 'unknown_authority' | { nameInstead: string };

/** Makes a certificate for each host when it is first asked for. */
export function createCertificates(flaws: Record<string, CertificateFlaw>): {
  /** In PEM. */
  authority: string;
  certificateFor: (host: string | undefined) => Certificate;
} {
  const authority = createAuthority();
  const made = new Map<string, Certificate>();
  return { authority: authority.cert, certificateFor };

  function certificateFor(host = 'local.mail.test'): Certificate {
    const flaw = flaws[host];
    const key = JSON.stringify([host, flaw]);
    const certificate = made.get(key) ?? make(host, flaw);
    made.set(key, certificate);
    return certificate;
  }

  function make(host: string, flaw: CertificateFlaw | undefined): Certificate {
    if (typeof flaw === 'object') return createCertificate([flaw.nameInstead], authority);
    switch (flaw) {
      case 'expired':
        return createCertificate([host], authority, -1);
      case 'self_signed':
        return createCertificate([host]);
      case 'unknown_authority':
        return createCertificate([host], createAuthority('Another CA'));
      case undefined:
        return createCertificate([host], authority);
    }
  }
}
