import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setDefaultCACertificates } from 'node:tls';
import { DOMAINS_TO_TRY, MAIL_DOMAIN, startPlaygroundMail } from '../../playground/local-mail/playground-mail.ts';
import type { HalfVerdict } from '../../src/add-inbox/account/login-verdict.ts';
import { createDns } from '../../src/mailbox/dns.ts';
import { createFindServers } from '../../src/mailbox/find-servers.ts';
import { judgeDomain } from '../../src/mailbox/judge-domain.ts';
import { createCheckLogin } from '../../src/mailbox/login/check-login.ts';
import { createHostSlots } from '../../src/mailbox/login/host-slots.ts';
import { LOGIN_LIMITS } from '../../src/mailbox/login/login-limits.ts';
import { createAddressGuard } from '../../src/mailbox/safe-address.ts';

const mail = await startPlaygroundMail();
after(() => mail.close());
setDefaultCACertificates([mail.authority]);
const dns = createDns({ servers: mail.env.DNS_SERVERS.split(','), timeoutMs: 2_000 });
const guard = createAddressGuard(dns, mail.env.LOGIN_CHECK_NETWORKS.split(','));
const findServers = createFindServers({ dns });

/** Finds the servers of an address and logs in there, as the bot does. */
async function tryAddress(address: string): Promise<{ by: string; smtp: string; imap: string }> {
  const found = await findServers(address.split('@')[1] ?? '');
  assert.ok(found.kind === 'servers', found.kind);
  const { smtpHost, smtpPort, imapHost, imapPort } = found.servers;
  const slots = createHostSlots(() => 0);
  // Only the server that hangs is worth a short wait.
  const answerMs = address.startsWith('hangs@') ? 300 : LOGIN_LIMITS.answerMs;
  const check = createCheckLogin({ guard, slots, limits: { ...LOGIN_LIMITS, answerMs }, now: () => performance.now() });
  const login = { user: address, password: 'anything' };
  const { smtp, imap } = await check({
    smtp: { ...login, host: smtpHost, port: smtpPort },
    imap: { ...login, host: imapHost, port: imapPort },
  });
  return { by: found.by, smtp: say(smtp), imap: say(imap) };
}

function say(verdict: HalfVerdict): string {
  return verdict.kind === 'works' ? 'works' : verdict.reason;
}

describe('an address', () => {
  const EXPECTED: Record<string, [smtp: string, imap: string]> = {
    [`jane@${MAIL_DOMAIN}`]: ['works', 'works'],
    [`wrong-password@${MAIL_DOMAIN}`]: ['wrong_login', 'wrong_login'],
    [`wrong-imap@${MAIL_DOMAIN}`]: ['works', 'wrong_login'],
    [`app-password@${MAIL_DOMAIN}`]: ['app_password_needed', 'app_password_needed'],
    [`browser@${MAIL_DOMAIN}`]: ['browser_needed', 'browser_needed'],
    [`imap-off@${MAIL_DOMAIN}`]: ['works', 'imap_off'],
    [`microsoft@${MAIL_DOMAIN}`]: ['microsoft_password_login_off', 'microsoft_password_login_off'],
    [`locked@${MAIL_DOMAIN}`]: ['account_locked', 'account_locked'],
    [`greylisted@${MAIL_DOMAIN}`]: ['try_later', 'try_later'],
    [`too-many@${MAIL_DOMAIN}`]: ['try_later', 'try_later'],
    [`hangs@${MAIL_DOMAIN}`]: ['no_answer', 'no_answer'],
    [`closes@${MAIL_DOMAIN}`]: ['hung_up', 'hung_up'],
    'jane@starttls.test': ['works', 'works'],
    'jane@no-tls.test': ['no_encryption', 'no_encryption'],
    'jane@expired.test': ['certificate_expired', 'certificate_expired'],
    'jane@other-name.test': ['certificate_other_name', 'certificate_other_name'],
  };
  for (const [address, [smtp, imap]] of Object.entries(EXPECTED)) {
    test(address, async () => assert.deepEqual(await tryAddress(address), { by: 'srv', smtp, imap }));
  }
});

test('the domains of providers are known by their records', async () => {
  const kinds = DOMAINS_TO_TRY.filter((domain) => domain !== 'slow.test').map(async (domain) => {
    const found = await findServers(domain);
    return found.kind === 'servers' ? found.servers.provider : found.kind;
  });
  assert.deepEqual(await Promise.all(kinds), [
    'Google Workspace',
    'Microsoft 365',
    'Zoho Mail',
    'not_found',
    'no_imap',
    'no_mail',
    'no_such_domain',
  ]);
});

test('a domain is judged by its records', async () => {
  const judge = (domain: string) => judgeDomain(dns, domain, `mail.${domain}`);
  const dkim = 'not_found';
  assert.deepEqual(await judge(MAIL_DOMAIN), { mx: 'found', spf: 'good', dmarc: 'enforced', dkim });
  assert.deepEqual(await judge('no-spf.test'), { mx: 'found', spf: 'missing', dmarc: 'missing', dkim });
});
