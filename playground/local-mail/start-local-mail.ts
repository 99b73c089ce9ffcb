import type { Accounts } from './accounts.ts';
import type { Certificate } from './certificate.ts';
import { type CertificateFlaw, createCertificates } from './certificates.ts';
import { createImapSession } from './imap-session.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { type NameTable, startNameServer } from './name-server.ts';
import { createSmtpSession } from './smtp-session.ts';

/** Mail servers and a name server on loopback. What is in the three tables may change while they run. */
export type LocalMail = {
  /** For DNS_SERVERS. */
  nameServer: string;
  ports: { smtps: number; submission: number; imaps: number; imap: number };
  /** The certificate, in PEM, that vouches for those of the servers. */
  authority: string;
  certificateFor: (host: string | undefined) => Certificate;
  names: NameTable;
  accounts: Accounts;
  /** By host name; a host that does not stand here has a good certificate. */
  flaws: Record<string, CertificateFlaw>;
  /** All connections to the mail servers so far. */
  connections: () => number;
  close: () => Promise<void>;
};

/** The servers tell who is asked for by the name in TLS, so that one of each kind serves all host names. */
export async function startLocalMail({
  names = {},
  accounts = {},
  flaws = {},
}: Partial<LocalMail> = {}): Promise<LocalMail> {
  const { authority, certificateFor } = createCertificates(flaws);
  const start = (protocol: typeof createSmtpSession | typeof createImapSession, suffix: string, implicitTls: boolean) =>
    startMailServer({
      port: suffix,
      implicitTls,
      certificateFor,
      createSession: (isSecure) => protocol({ accounts, isSecure }),
    });
  const [smtps, submission, imaps, imap] = await Promise.all([
    start(createSmtpSession, '465', true),
    start(createSmtpSession, '587', false),
    start(createImapSession, '993', true),
    start(createImapSession, '143', false),
  ]);
  const nameServer = await startNameServer(names);
  const servers: MailServer[] = [smtps, submission, imaps, imap];
  return {
    nameServer: nameServer.address,
    ports: { smtps: smtps.port, submission: submission.port, imaps: imaps.port, imap: imap.port },
    authority,
    certificateFor,
    names,
    accounts,
    flaws,
    connections: () => servers.reduce((sum, server) => sum + server.connections(), 0),
    close: async () => {
      nameServer.close();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
