import type { DomainVerdict } from '../../add-inbox/account/domain-verdict.ts';
import type { ActionKind, ActionOutcome, NotDoneWhy } from '../../add-inbox/actions/inbox-action.ts';
import type { WaitsFor } from '../../add-inbox/request/request.ts';
import { COMMAND } from '../ids.ts';
import { BUTTONS, INVITE, type Notice, type State, whoCanStore } from './common.ts';

/* The life of a request: its announcement, its page, the waits. */

export const ANNOUNCEMENT = {
  requestedBy: 'Requested by',
} as const;

export const PLACES = {
  cannotPost: (channel: string) =>
    `I can't post in ${channel}, so you get this message here. To get the next one there, type ${INVITE} in that channel. If it is archived, use another one.`,
  cannotPostInConversation:
    "I can't post in a conversation between people, so you get this message here. To get the next one in a channel, type the command there.",
} as const;

export const REQUEST_PAGE = {
  close: 'Close',
  unsettled: 'You can close this. I finish it on my own.',
  inThread: (channel: string) => `See the thread in ${channel}.`,
  inDm: 'See your direct messages with me.',
  toBeToldThere: (channel: string) => `You get the result in a thread in ${channel}, or in a direct message from me.`,
  toBeTold: 'You get the result in a thread where you typed the command, or in a direct message from me.',
  /** A person wants to try a request again, but a later request has made that pointless. */
  successor: {
    added: `This inbox was added in the meantime, so I did nothing. To add it again, type ${COMMAND}.`,
    exists: 'A later try found this inbox in ColdSend, so I did nothing. Check it in the ColdSend dashboard.',
    password: `This inbox already waits for its password, so I did nothing. Press “${BUTTONS.enterPassword}” in its message.`,
    unsettled: 'I am adding this inbox right now, so I did nothing. You get the result in the thread.',
  },
  requestedBy: (who: string, when: string) => `Requested by ${who}, ${when}.`,
  message: (link: string) => `<${link}|Open the message>`,
  cannotPost: 'I could not post this. You find it only here and in my Home tab.',
} as const;

export const ADDING: State = { emoji: '⏳', title: 'Adding an inbox…' };

export const WAITING_TO_ADD: State = { emoji: '🕒', title: 'Waiting to add an inbox' };

export const WAITING_FOR_PASSWORD: State = { emoji: '🔑', title: 'Waiting for the password' };

export const WAITS: Record<WaitsFor, string> = {
  no_connection: "ColdSend can't be reached right now.",
  unavailable: 'ColdSend is temporarily unavailable.',
  rate_limited: 'We reached the limit on requests to ColdSend.',
  key: `This workspace has no API key that works. ${whoCanStore('another')} Then I continue.`,
  password: `Press “${BUTTONS.enterPassword}” to open the secure page. Only the person who asked can use it.`,
};

export const WAITS_FOR_CLIENT_KEY =
  'This client has no API key that works. An admin or owner of this workspace can add another key in my Home tab. Then I continue.';

export const nextTry = (time: string) => `I try again at ${time}. You don't need to do anything.`;

/** Labels for values from ColdSend. */
export const FACTS = {
  overall_status: 'overall_status',
  noStatus: 'no status given',
  email_address: 'Address',
  display_name: 'Name',
  inbox_type: 'Provider',
  daily_limit: 'Daily limit',
  perDay: (limit: number) => `${limit} a day`,
  inbox_id: 'Inbox ID',
  coldsendSaid: 'ColdSend says',
  answerSaid: 'The answer says',
  missingScopes: 'Missing scopes',
  client: 'Client',
  more: (count: number) => `… and ${count} more`,
  reference: 'Support code:',
} as const;

/** Advice about a domain's DNS, in the reply about an inbox that was added. The domain stands before it. */
export const DOMAIN_ADVICE = {
  todo: 'Its DNS records need attention, or its mail may land in spam:',
  good: "Its DNS records look good (MX, SPF, DMARC, DKIM). You don't need to do anything.",
  unknown: "We couldn't look up some of its DNS records.",
} as const;

type Advice<Record extends keyof DomainVerdict> = { [Verdict in DomainVerdict[Record]]: string | undefined };

/** What to do about each record; undefined where there is nothing to do. */
export const RECORD_ADVICE: { [Record in keyof DomainVerdict]: Advice<Record> } = {
  mx: {
    found: undefined,
    missing: "MX: There is no record, so nobody can reply. Add your mail provider's records.",
    null_mx: 'MX: The record says that this domain takes no mail, so nobody can reply. Replace it.',
    unknown: "MX: We couldn't look it up.",
  },
  spf: {
    good: undefined,
    weak: "SPF: The record doesn't say how to treat other senders. End it with ~all.",
    open: 'SPF: The record lets everybody send for this domain. Replace +all with ~all.',
    missing: 'SPF: There is no record. Add the one that your mail provider shows.',
    several: 'SPF: There are several records, so none of them counts. Merge them into one.',
    too_many_look_ups: 'SPF: The record needs more than 10 look-ups, so it does not count. Remove unused includes.',
    broken: 'SPF: The record has a mistake, so it does not count. Check its spelling and its includes.',
    without_provider: 'SPF: The record does not include your mail provider. Add its include.',
    unknown: "SPF: We couldn't look it up.",
  },
  dmarc: {
    enforced: undefined,
    monitoring: undefined,
    missing: 'DMARC: There is no record. Add a TXT record named _dmarc with v=DMARC1; p=none',
    broken: 'DMARC: The record does not count. Keep exactly one, with p=none, p=quarantine or p=reject.',
    unknown: "DMARC: We couldn't look it up.",
  },
  dkim: {
    found: undefined,
    not_found: 'DKIM: Not found under the usual selectors. Check with your mail provider that it is on.',
    unknown: "DKIM: We couldn't look it up.",
  },
};

/** Test emails from inboxes that were added, and removals of such inboxes. */
export const TEST_EMAIL_FORM = {
  title: 'Send a test email',
  submit: 'Send',
  cancel: 'Cancel',
  about: 'ColdSend sends one email from this inbox. You get the result in the thread.',
  recipient: 'To',
  placeholder: 'you@acme.com',
} as const;

/** For the confirm dialog, which Slack limits to 300 characters. */
export const REMOVE_INBOX = {
  title: 'Remove this inbox from ColdSend?',
  text: 'ColdSend stops sending from it. The mailbox itself stays at its provider. To undo this, add the inbox again with its passwords.',
  confirm: 'Remove it',
  deny: 'Keep it',
} as const;

const ACTION_TITLES: Record<ActionKind, Record<ActionOutcome['kind'], State>> = {
  test_email: {
    done: { emoji: '📨', title: 'Test email sent' },
    gone: { emoji: '❌', title: 'Test email not sent: ColdSend does not have this inbox' },
    unsupported: { emoji: '🔧', title: 'Test email not sent: your ColdSend API has no test emails' },
    not_done: { emoji: '🕒', title: 'Test email not sent' },
    refused: { emoji: '❌', title: 'Test email not sent: ColdSend refused it' },
    key_refused: { emoji: '🔑', title: 'Test email not sent: ColdSend refused the API key' },
    unknown: { emoji: '❓', title: "We don't know if the test email was sent" },
  },
  remove: {
    done: { emoji: '🗑️', title: 'Inbox removed from ColdSend' },
    gone: { emoji: 'ℹ️', title: 'Inbox not removed: ColdSend does not have it' },
    unsupported: { emoji: '🔧', title: 'Inbox not removed: your ColdSend API has no removals' },
    not_done: { emoji: '🕒', title: 'Inbox not removed' },
    refused: { emoji: '❌', title: 'Inbox not removed: ColdSend refused it' },
    key_refused: { emoji: '🔑', title: 'Inbox not removed: ColdSend refused the API key' },
    unknown: { emoji: '❓', title: "We don't know if the inbox was removed" },
  },
};

const PRESS_AGAIN: Record<ActionKind, string> = {
  test_email: `Press “${BUTTONS.testEmail}” above again.`,
  remove: `Press “${BUTTONS.removeInbox}” above again.`,
};

const NO_LONGER_OFFERED = 'I no longer offer test emails and removals for this API key. Use the ColdSend dashboard.';

const ACTION_NEXT: Record<ActionOutcome['kind'], Record<ActionKind, string>> = {
  done: {
    test_email: "Look in the recipient's inbox, and in the spam folder.",
    remove: 'ColdSend no longer sends from it. The mailbox itself still exists at its provider.',
  },
  gone: {
    test_email: 'A person has removed it, or it belongs to another API key. Look in the ColdSend dashboard.',
    remove: 'An earlier try removed it, or it belongs to another API key. Look in the ColdSend dashboard.',
  },
  unsupported: { test_email: NO_LONGER_OFFERED, remove: NO_LONGER_OFFERED },
  not_done: { test_email: PRESS_AGAIN.test_email, remove: PRESS_AGAIN.remove },
  refused: { test_email: PRESS_AGAIN.test_email, remove: PRESS_AGAIN.remove },
  key_refused: {
    test_email: `Ask an admin to check the key and its scopes. ${PRESS_AGAIN.test_email}`,
    remove: `Ask an admin to check the key and its scopes. ${PRESS_AGAIN.remove}`,
  },
  unknown: {
    test_email: "Look in the recipient's inbox. If it is not there, send another one.",
    remove: 'Look in the ColdSend dashboard. If the inbox is still there, remove it again.',
  },
};

export const INBOX_ACTION = {
  titles: ACTION_TITLES,
  next: ACTION_NEXT,
  by: (who: string) => `Requested by ${who}`,
  to: 'To',
  notDone: {
    no_connection: "ColdSend can't be reached right now. We sent nothing. Wait a minute.",
    unavailable: 'ColdSend is temporarily unavailable and did nothing. Wait a minute.',
    rate_limited: 'We reached the limit on requests to ColdSend, so nothing was done. Wait a minute.',
    no_key: 'The API key that added this inbox is gone, so we sent nothing. Ask an admin to add it again.',
    failed: 'Something went wrong on my side. We sent nothing.',
  } satisfies Record<NotDoneWhy, string>,
} as const;

/** What a press of one of the buttons shows in a window. */
export const ACTION_NOTICES = {
  accepted: { title: TEST_EMAIL_FORM.title, paragraphs: ['Sending a test email… You get the result in the thread.'] },
  removing: {
    title: 'Remove from ColdSend',
    paragraphs: ['Removing the inbox… You get the result in its thread.'],
  },
  repeated: {
    title: 'Already on its way',
    paragraphs: ['I am doing this right now, so I did nothing more. You get the result in the thread.'],
  },
  removed: { title: 'Removed', paragraphs: ['This inbox was removed from ColdSend. There is nothing more to do.'] },
  unsupported: {
    title: 'Not available',
    paragraphs: ['Your ColdSend API has no test emails and removals. Use the ColdSend dashboard.'],
  },
  notTheirs: {
    title: 'Not yours',
    paragraphs: ['Only the person who added this inbox and admins can do this. Ask one of them.'],
  },
} as const satisfies Record<string, Notice>;
