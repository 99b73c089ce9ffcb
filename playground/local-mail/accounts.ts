/** A server's answer to a login: a refusal in the vendor's words (without IMAP's tag), success with the right password, or none. */
export type LoginAnswer = { refusal: string } | 'works' | 'hangs' | 'closes';

export type Account = {
  /** The server takes every password if there is none. */
  password?: string;
  smtp: LoginAnswer;
  imap: LoginAnswer;
};

/** By user name; `*` is for all others. */
export type Accounts = Record<string, Account>;

/** The vendors' answers to a login, word for word. */
export const VENDOR_ANSWERS = {
  googleWrongPassword: {
    smtp: '535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp',
    imap: 'NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)',
  },
  googleAppPassword: {
    smtp: '534-5.7.9 Application-specific password required. For more information, go to\r\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp',
    imap: 'NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)',
  },
  googleBrowser: {
    smtp: '534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via your web browser and\r\n534 5.7.14 then try again. - gsmtp',
    imap: 'NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)',
  },
  googleTooMany: {
    smtp: '454 4.7.0 Too many login attempts, please try again later. - gsmtp',
    imap: 'NO [ALERT] Too many simultaneous connections. (Failure)',
  },
  googleImapOff: {
    imap: 'NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)',
  },
  microsoftSmtpOff: {
    smtp: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.',
    imap: 'NO LOGIN failed.',
  },
  microsoftBasicAuthRemoved: {
    smtp: '550 5.7.30 Basic authentication is not supported for Client Submission.',
    imap: 'NO AUTHENTICATE failed.',
  },
  microsoftWrongPassword: {
    smtp: '535 5.7.3 Authentication unsuccessful [AM0PR01CA0096.eurprd01.prod.exchangelabs.com]',
    imap: 'BAD User is authenticated but not connected.',
  },
  wrongPassword: {
    smtp: '535 5.7.8 Error: authentication failed',
    imap: 'NO [AUTHENTICATIONFAILED] Authentication failed.',
  },
  locked: { smtp: '525 5.7.13 User account disabled', imap: 'NO [CONTACTADMIN] Your account has been suspended' },
  greylists: {
    smtp: '451 4.7.1 Greylisted, please try again in 300 seconds',
    imap: 'NO [UNAVAILABLE] Temporary authentication failure.',
  },
  tooMany: {
    smtp: '421 4.7.0 Too many connections from your address',
    imap: 'NO [LIMIT] Maximum number of connections from user+IP exceeded',
  },
} as const;

/** An account whose both halves take the password. */
export function works(password: string): Account {
  return { password, smtp: 'works', imap: 'works' };
}

/** An account that is refused with a vendor's words, whatever the password; a half without words works. */
export function refuses(answer: { smtp?: string; imap?: string }): Account {
  const toAnswer = (refusal: string | undefined): LoginAnswer => (refusal === undefined ? 'works' : { refusal });
  return { smtp: toAnswer(answer.smtp), imap: toAnswer(answer.imap) };
}

/** The answer to a login, by the account and its password. */
export function answerLogin(accounts: Accounts, half: 'smtp' | 'imap', user: string, password: string): LoginAnswer {
  const account = accounts[user] ?? accounts['*'];
  const isRight = account !== undefined && (account.password ?? password) === password;
  const answer = account?.[half] ?? 'works';
  return answer === 'works' && !isRight ? { refusal: VENDOR_ANSWERS.wrongPassword[half] } : answer;
}
