import type { HalfVerdict, LoginVerdict } from '../../../add-inbox/account/login-verdict.ts';
import type { AccountToAdd } from '../../../add-inbox/account/sender-account.ts';
import { LOGIN_CHECK, LOGIN_REFUSALS, LOGIN_UNKNOWNS, type TriedServer } from '../../sentences/logins.ts';

type AccountServers = Pick<AccountToAdd, 'smtp_host' | 'smtp_port' | 'imap_host' | 'imap_port'>;

/**
 * The result of the bot's own login check: one line for sending and one for reading, or one in all where both say the same. Plain text.
 *
 * @param isShown leaves out the halves for which it is false
 */
export function describeLogin(
  verdict: LoginVerdict,
  account: AccountServers,
  isShown: (half: HalfVerdict) => boolean = () => true,
): string[] {
  const said = serversOf(account)
    .filter(({ half }) => isShown(verdict[half]))
    .map((server) => ({ half: server.half, text: sentenceFor(verdict[server.half], server) }));
  const [first, second] = said;
  if (first !== undefined && first.text === second?.text) return [LOGIN_CHECK.both(first.text)];
  return said.map(({ half, text }) => `${LOGIN_CHECK.halves[half]}: ${text}`);
}

export function serversOf(account: AccountServers): [smtp: TriedServer, imap: TriedServer] {
  return [
    { half: 'smtp', host: account.smtp_host, port: account.smtp_port },
    { half: 'imap', host: account.imap_host, port: account.imap_port },
  ];
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
