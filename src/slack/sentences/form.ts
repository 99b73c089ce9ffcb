import { NO_INBOX } from '../../add-inbox/account/detection.ts';
import { domainOf } from '../../add-inbox/account/email-address.ts';
import type { Warning } from '../../add-inbox/account/find-warnings.ts';
import { PROVIDERS } from '../../add-inbox/account/providers.ts';
import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import type { Found } from '../form/servers/found.ts';
import { COMMAND } from '../ids.ts';
import { type Notice, otherDomain, PROVIDER_PHRASES } from './common.ts';

export const FORM = {
  title: 'Add an inbox',
  next: 'Next',
  submit: 'Add inbox',
  cancel: 'Cancel',
  goBack: 'Press “Back” to change it.',
  connecting: (address: string, provider: string) => `Connect ${address} (${provider}):`,
  connectingUnknown: (address: string) => `Connect ${address}:`,
  servers: (to: {
    smtp_host: string | undefined;
    smtp_port: string | undefined;
    imap_host: string | undefined;
    imap_port: string | undefined;
  }) =>
    `Servers: SMTP ${to.smtp_host} port ${to.smtp_port} with TLS, IMAP ${to.imap_host} port ${to.imap_port} with SSL. The user name is the address.`,
  securePage: 'Press “Add inbox”. Then you get a link to a secure page, where you enter the password.',
  forClient: (client: string) =>
    `This inbox is for ${client}, the client of this channel. I add it with their ColdSend key.`,
  tryAgain: 'Your earlier answers are here. Enter the passwords again.',
} as const;

type About = (domain: string, provider: string) => string;

/** How the servers on page 2 were found, or why there are none. */
export const FOUND: Record<Found['by'], About> = {
  address_domain: (domain) => `We know the servers of ${domain}.`,
  mx: (domain) => `We found the servers of ${domain} by its MX record.`,
  spf: (domain) => `We found the servers of ${domain} by its SPF record.`,
  srv: (domain) => `We found the servers of ${domain} by its SRV records.`,
  autoconfig: (domain) => `We found the servers of ${domain} by its autoconfig file.`,
  added_before: (domain) => `These are the servers of the inbox that was last added with ${domain}.`,
  added_for_client: (domain) =>
    `We found no mail servers for ${domain}. These are the servers of the inbox that was last added for this client.`,
  searching: (domain) =>
    `We are looking up the mail servers of ${domain}. They appear here in a moment. You can enter the password meanwhile.`,
  not_found: (domain) =>
    `We found no mail servers for ${domain}. Enter them below. Your provider lists them in its help pages.`,
  ...NO_INBOX,
};

export const MICROSOFT = {
  label: 'Password logins are off',
  notice:
    'Microsoft 365 has turned password logins off. Connect this inbox with “Outlook” in the ColdSend dashboard instead.',
  sendAnyway: 'Send it anyway',
  hint: 'Tick this only if password logins still work for this mailbox.',
  notTicked: 'Connect this inbox in the ColdSend dashboard. Or tick this to send it anyway.',
} as const;

/** Warnings to check again; the person may still add the inbox. */
export const WARNINGS: Record<Warning, (account: AccountToAdd) => string> = {
  smtp_port_encrypted: ({ smtp_port }) => unencrypted('SMTP', smtp_port),
  smtp_password_blank: () => blankEnds('password'),
  smtp_password_quotes: () => curlyQuotes('password'),
  imap_port_encrypted: ({ imap_port }) => unencrypted('IMAP', imap_port),
  imap_password_blank: () => blankEnds('IMAP password'),
  imap_password_quotes: () => curlyQuotes('IMAP password'),
  above_maximum: ({ inbox_type, daily_limit }) =>
    `A daily limit of ${inFull(daily_limit)} is above the maximum: ${inFull(PROVIDERS[inbox_type].maxDailyLimit)} mails a day (${PROVIDER_PHRASES[inbox_type]}).`,
  other_domain: ({ email_address }) => otherDomain(domainOf(email_address)),
};

export const WARNED = {
  first: 'The inbox is not added yet. Please check:',
  last: `Change your answers, or press “${FORM.submit}” again to keep them.`,
} as const;

function unencrypted(protocol: 'SMTP' | 'IMAP', port: number): string {
  return `${protocol} encryption is off, but port ${port} works only with encryption. The login will most likely fail.`;
}

function blankEnds(password: string): string {
  return `The ${password} begins or ends with a space. Copying often adds one.`;
}

function curlyQuotes(password: string): string {
  return `The ${password} has curly quotes. Some programs turn straight quotes into them.`;
}

function inFull(mails: number): string {
  return mails.toLocaleString('en-US');
}

/* Around the secure page. The page's own sentences are in web/secure/browser/sentences.ts. */

export const PASSWORD_LINK = {
  title: 'Enter the password',
  state: '🔑 *Enter the password on the secure page*',
  works: (time: string) => `The link works once, until ${time}.`,
  open: 'Open the secure page',
  newLink: 'New link',
  next: 'You can close this. I add the inbox as soon as the password is saved.',
  text: (inbox: string) => `Enter the password for ${inbox} on the secure page. Press “${PASSWORD_LINK.open}”.`,
} as const;

/** For the confirm dialog, which Slack limits to 300 characters. */
export const CANCEL_REQUEST = {
  button: 'Cancel',
  title: 'Cancel this inbox?',
  text: 'We add nothing, and the link to the secure page stops working. You can try again later.',
  confirm: 'Cancel it',
  deny: 'Keep it',
  done: {
    title: 'Cancelled',
    paragraphs: ['We sent nothing to ColdSend, and the link does not work anymore. To add it, type the command again.'],
  },
  notTheirs: {
    title: 'Not yours',
    paragraphs: ['Only the person who asked for this inbox and admins can cancel it. Ask one of them.'],
  },
} as const;

/** The message that asks if the person sees the code of the secure page. All of it is mrkdwn. */
export const MATCHING_CODE = {
  title: '🔑 *Is this you on the secure page?*',
  question: (code: string) =>
    `Somebody opened your link to the secure page. Compare the code there with this one: *${code}*. If it is different, or you did not open the page, press “${MATCHING_CODE.deny}”.`,
  confirm: (code: string) => `This is me: ${code}`,
  deny: 'Not me',
  confirmed: '✅ Confirmed. Go back to the secure page: it goes on by itself.',
  denied:
    '⛔ The link does not work anymore, and the page with this code showed nothing. To go on, get a new link where you got this one. If you did not open the page, tell an admin.',
  gone: 'This code is not valid anymore, so I did nothing. Look for a newer message from me, or open the link again.',
} as const;

export const PASSWORD_NOTICES = {
  /** The request has its password by now, or it has ended. */
  notNeeded: {
    title: PASSWORD_LINK.title,
    paragraphs: ['This inbox does not wait for a password anymore. See its thread for the current state.'],
  },
  notTheirs: (who: string): Notice => ({
    title: PASSWORD_LINK.title,
    paragraphs: ['Only the person who asked for this inbox can enter its password.'],
    facts: `Requested by ${who}`,
  }),
  /** The form was opened before an admin changed the settings. */
  noMany: {
    title: 'Add many inboxes',
    paragraphs: [
      'An admin allows passwords only on the secure page now. I did not read your rows.',
      `Type ${COMMAND} many to get a link to the secure page.`,
    ],
  },
  /** The workspace allows passwords only on the secure page, and this installation has none. */
  noPage: {
    title: 'Add an inbox',
    paragraphs: [
      'An admin allows passwords only on the secure page. This bot has no secure page right now.',
      `Ask the person who runs this bot to set PUBLIC_URL. Or ask an admin to change the settings in my Home tab. Then type ${COMMAND} again.`,
    ],
  },
} as const;
