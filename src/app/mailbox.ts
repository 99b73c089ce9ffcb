import type { Detection } from '../add-inbox/account/detection.ts';
import type { DomainVerdict } from '../add-inbox/account/domain-verdict.ts';
import type { HalfVerdict, LoginVerdict } from '../add-inbox/account/login-verdict.ts';
import {
  type AccountToAdd,
  type Passwords,
  type SenderAccount,
  withAsciiDomains,
} from '../add-inbox/account/sender-account.ts';
import type { AddInboxRequest } from '../add-inbox/request/request.ts';
import type { Config } from '../config.ts';
import { createAskAutoconfig } from '../mailbox/autoconfig/ask-autoconfig.ts';
import { createDns } from '../mailbox/dns.ts';
import { createFindServers } from '../mailbox/find-servers.ts';
import { judgeDomain } from '../mailbox/judge-domain.ts';
import { findByAddressDomain } from '../mailbox/known-servers.ts';
import { createCheckLogin, type MailboxLogin } from '../mailbox/login/check-login.ts';
import {
  createCheckMany,
  MANY_BUDGET_LIMITS,
  MANY_SLOT_LIMITS,
  type ManyAsker,
  type ManyWatch,
} from '../mailbox/login/check-many.ts';
import { createHostSlots } from '../mailbox/login/host-slots.ts';
import { createLoginBudgets } from '../mailbox/login/login-budgets.ts';
import { ROW_LOGIN_LIMITS } from '../mailbox/login/login-limits.ts';
import { createAddressGuard } from '../mailbox/safe-address.ts';
import { aboutRequest, type Log } from '../operations/log/log.ts';
import type { Metrics } from '../operations/metrics.ts';

/** For each look-up. */
const DNS_WITHIN_MS = 2_000;

const OVER_BUDGET: HalfVerdict = { kind: 'unknown', reason: 'over_budget' };

/** The bot's own work with mailboxes. */
export type Mailbox = {
  /** Never rejects. Resolves with undefined once the mailbox is closed. */
  checkLogin(request: AddInboxRequest, passwords: Passwords): Promise<LoginVerdict | undefined>;
  /** The same for many at once, with their verdicts in the same order. Never rejects. */
  checkLogins(asker: ManyAsker, accounts: readonly SenderAccount[], watch: ManyWatch): Promise<LoginVerdict[]>;
  /** Undefined for the domain of a mail provider, and once the mailbox is closed. Never rejects. */
  judgeDomain(domain: string, smtpHost: string): Promise<DomainVerdict | undefined>;
  /** Looks up the servers of a domain, and tells nobody more than the domain. Never rejects. */
  findServers(domain: string, by: { teamId: string; userId: string }): Promise<Detection>;
  /** Ends every check that is still running, and all later ones, without a verdict; what is looked up is then not found. */
  close(): void;
};

/** Wires the look-ups of servers and domains, and the checks of logins. The libraries for SMTP and IMAP are loaded with the first check. */
export function createMailbox(deps: {
  config: Config['mailbox'];
  metrics: Pick<Metrics, 'loginChecked'>;
  log: Log;
  monotonicNow(): number;
}): Mailbox {
  const { config, metrics, log, monotonicNow: now } = deps;
  const dns = createDns({ servers: config.dnsServers, timeoutMs: DNS_WITHIN_MS });
  const guard = createAddressGuard(dns, config.loginCheckNetworks);
  const find = createFindServers({ dns, askAutoconfig: createAskAutoconfig({ guard }) });
  const budgets = createLoginBudgets(now);
  const lookUpBudgets = createLoginBudgets(now);
  const onChecked = (half: string, verdict: HalfVerdict, ms: number) =>
    metrics.loginChecked(half, verdict.kind === 'works' ? 'works' : verdict.reason, ms);
  const shared = {
    guard,
    slots: createHostSlots(now),
    onChecked,
    now,
  };
  const check = createCheckLogin(shared);
  const checkMany = createCheckMany({
    check: createCheckLogin({ ...shared, limits: ROW_LOGIN_LIMITS }),
    slots: createHostSlots(now, MANY_SLOT_LIMITS),
    budgets: createLoginBudgets(now, MANY_BUDGET_LIMITS),
    onSkipped: (half, reason) => onChecked(half, { kind: 'unknown', reason }, 0),
  });
  const running = new Set<(closed: undefined) => void>();
  const closing = new AbortController();

  return {
    checkLogin: async (request, passwords) => {
      const verdict = closing.signal.aborted ? undefined : await untilClosed(checkWithin(request, passwords));
      if (verdict === undefined) return undefined;
      const { smtp, imap } = verdict;
      log.info('A login was checked', { ...aboutRequest(request), outcome: `smtp ${smtp.kind}, imap ${imap.kind}` });
      return verdict;
    },
    checkLogins: async (asker, accounts, { onProgress, signal }) => {
      const startedAt = now();
      const watch = { onProgress, signal: AbortSignal.any([signal, closing.signal]) };
      const verdicts = await checkMany(
        asker,
        accounts.map((account) => toLogin(account, account)),
        watch,
      );
      const { teamId: team, userId: user } = asker;
      log.info('The logins of a list were checked', { team, user, count: accounts.length, ms: now() - startedAt });
      return verdicts;
    },
    judgeDomain: async (domain, smtpHost) => {
      if (findByAddressDomain(domain) !== undefined) return undefined;
      const verdict = await judgeDomain(dns, domain, smtpHost.toLowerCase());
      return closing.signal.aborted ? undefined : verdict;
    },
    findServers: async (domain, { teamId, userId }) => {
      const mayAsk = !closing.signal.aborted && lookUpBudgets.take({ teamId, userId, hosts: [] });
      return (mayAsk ? await untilClosed(find(domain)) : undefined) ?? { kind: 'not_found' };
    },
    close: () => {
      closing.abort();
      for (const end of running) end(undefined);
    },
  };

  async function checkWithin(request: AddInboxRequest, passwords: Passwords): Promise<LoginVerdict> {
    const login = toLogin(request.account, passwords);
    const { teamId, userId } = request;
    if (budgets.take({ teamId, userId, hosts: [login.smtp.host, login.imap.host] })) return check(login);
    for (const half of ['smtp', 'imap']) onChecked(half, OVER_BUDGET, 0);
    return { smtp: OVER_BUDGET, imap: OVER_BUDGET };
  }

  async function untilClosed<T>(work: Promise<T>): Promise<T | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    running.add(resolve);
    work.then(resolve, reject);
    try {
      return await promise;
    } finally {
      running.delete(resolve);
    }
  }
}

/** As ColdSend gets it. */
function toLogin(account: AccountToAdd, passwords: Passwords): MailboxLogin {
  const sent = withAsciiDomains({ ...account, ...passwords });
  return {
    smtp: { host: sent.smtp_host, port: sent.smtp_port, user: sent.smtp_username, password: sent.smtp_password },
    imap: { host: sent.imap_host, port: sent.imap_port, user: sent.imap_username, password: sent.imap_password },
  };
}
