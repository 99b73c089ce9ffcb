import type { HalfVerdict, LoginVerdict } from '../../../add-inbox/account/login-verdict.ts';
import type { AccountToAdd } from '../../../add-inbox/account/sender-account.ts';
import { LOGIN_CHECK, LOGIN_REFUSALS, LOGIN_UNKNOWNS, type TriedServer } from '../../sentences/logins.ts';

type AccountServers = Pick<AccountToAdd, 'smtp_host' | 'smtp_port' | 'imap_host' | 'imap_port'>;

/** The result of the bot's own login check: one line for sending and one for reading. Plain text. */
export function describeLogin(verdict: LoginVerdict, account: AccountServers): [smtp: string, imap: string] {
  const [smtp, imap] = serversOf(account);
  return [describeHalf(verdict.smtp, smtp), describeHalf(verdict.imap, imap)];
}

/** The same in one line where it is the same for both. */
export function describeLoginBriefly(verdict: LoginVerdict, account: AccountServers): string[] {
  const [smtp, imap] = serversOf(account);
  const said = sentenceFor(verdict.smtp, smtp);
  return said === sentenceFor(verdict.imap, imap) ? [LOGIN_CHECK.both(said)] : describeLogin(verdict, account);
}

export function serversOf(account: AccountServers): [smtp: TriedServer, imap: TriedServer] {
  return [
    { half: 'smtp', host: account.smtp_host, port: account.smtp_port },
    { half: 'imap', host: account.imap_host, port: account.imap_port },
  ];
}

function describeHalf(verdict: HalfVerdict, server: TriedServer): string {
  return `${LOGIN_CHECK.halves[server.half]}: ${sentenceFor(verdict, server)}`;
}

function sentenceFor(verdict: HalfVerdict, server: TriedServer): string {
  switch (verdict.kind) {
    case 'works':
      return LOGIN_CHECK.works;
    case 'refused':
      if (verdict.certificateName !== undefined) return LOGIN_CHECK.useCertificateName(verdict.certificateName);
      return LOGIN_REFUSALS[verdict.reason](server);
    case 'unknown':
      return LOGIN_UNKNOWNS[verdict.reason](server);
  }
}
