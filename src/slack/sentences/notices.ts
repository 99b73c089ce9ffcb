import type { Denial } from '../../add-inbox/people/person.ts';
import { COMMAND } from '../ids.ts';
import { askForHelp, INVITE, type Notice, WHO_BINDS, whoCanStore } from './common.ts';
import { FORM } from './form.ts';
import { CLIENT_FORM } from './keys.ts';

/* What the listeners say in a window, and to one person in the channel where they typed the command (mrkdwn). */

export const sentences = {
  waiting: { title: FORM.title, paragraphs: ['One moment…'] },
  whoAreYou: {
    title: FORM.title,
    paragraphs: [
      'I could not check your account because Slack did not answer, so I did nothing.',
      'Close this and try again in a minute.',
    ],
  },
  denials: {
    guest: {
      title: FORM.title,
      paragraphs: ["Guests can't add inboxes. Ask a full member of this workspace to add yours."],
    },
    other_workspace: {
      title: FORM.title,
      paragraphs: [
        "You belong to another workspace, so you can't add inboxes here. Ask a member of this workspace to add it for you, or install me in your workspace.",
      ],
    },
    deactivated: {
      title: FORM.title,
      paragraphs: ["Your account is deactivated, so you can't add inboxes. Ask an admin of this workspace."],
    },
    admins_only: {
      title: FORM.title,
      paragraphs: ['Only admins and owners may add inboxes in this workspace. Ask one of them to add yours.'],
      canAskForAccess: true,
    },
    not_chosen: {
      title: FORM.title,
      paragraphs: [
        'You are not among the people who may add inboxes here. Ask an admin to add you under “Settings” in my Home tab.',
      ],
      canAskForAccess: true,
    },
    settings_unreadable: {
      title: FORM.title,
      paragraphs: [
        "I can't read the settings of this workspace. For now, only admins and owners may add inboxes.",
        'Ask one of them to save the settings again in my Home tab.',
      ],
    },
    not_admin: {
      title: 'For admins only',
      paragraphs: [
        'Only admins and owners of this workspace can change its keys and settings or read its audit trail. Ask one of them.',
      ],
    },
    not_theirs: {
      title: FORM.title,
      paragraphs: [
        `This form was opened for another person, so I did nothing. Close it and open your own: type ${COMMAND}, or use my Home tab.`,
      ],
    },
  } satisfies Record<Denial, Notice>,
  /** For people who can't store a key themselves. */
  noKey: {
    title: FORM.title,
    paragraphs: ["This workspace has no ColdSend API key yet, so I can't add inboxes.", whoCanStore('a')],
  },
  keyRefused: {
    title: FORM.title,
    paragraphs: [
      "ColdSend refuses the API key of this workspace, so I can't add inboxes right now.",
      whoCanStore('another'),
    ],
  },
  keyUnreadable: (client: string | undefined): Notice => ({
    title: FORM.title,
    paragraphs: [
      `I can't read the ColdSend API key of ${client ?? 'this workspace'}, so I can't add inboxes right now.`,
      whoCanStore('another'),
    ],
  }),
  noClientKey: (client: string): Notice => ({
    title: FORM.title,
    paragraphs: [
      `ColdSend refuses the API key of ${client}, the client of this channel. I can't add inboxes here right now.`,
      whoCanStore('another'),
    ],
  }),
  /** The admins allow inboxes only in channels with a client. */
  blocked: (channelIds: string[]): Notice => ({
    title: FORM.title,
    paragraphs:
      channelIds.length === 0
        ? [`You can add inboxes only in channels with a client, and no channel has one yet. ${WHO_BINDS}`]
        : [`You can't add inboxes in this channel, because it has no client. Type ${COMMAND} in one of these instead:`],
    channelIds,
  }),
  /** The channel's client changed between opening the form and submitting it. */
  clientChanged: {
    title: FORM.title,
    paragraphs: [
      'An admin changed the ColdSend key of this channel while you filled in the form, so I did nothing.',
      `Close this and type ${COMMAND} again. You will see the current client.`,
    ],
  },
  /** The change itself is stored. */
  notAnnounced: (channelIds: string[]): Notice => ({
    title: 'Saved',
    paragraphs: [
      'Your change is saved, but Slack did not confirm my message in these channels:',
      `If a channel is private, type ${INVITE} there. Check that it is not archived and that I may post there.`,
      'Until I can post there, people get their results in a direct message.',
    ],
    channelIds,
  }),
  clientGone: {
    title: CLIENT_FORM.title,
    paragraphs: ['The key of this client was removed. Open my Home tab again to see all current keys.'],
  },
  /** The request behind a button is no longer kept. */
  requestGone: {
    title: FORM.title,
    paragraphs: [
      'I deleted this request because it is more than 90 days old.',
      `Type ${COMMAND} to add the inbox again.`,
    ],
  },
  failed: {
    title: FORM.title,
    paragraphs: ['Something went wrong on my side, and I did nothing. Close this and try again.'],
  },
  /** Shown under the last field of a page, which stays open. */
  notLookedUp:
    'I could not check your account because Slack did not answer, so I did nothing. Your answers are still here. Press the button again in a minute.',
  notChecked: (reference: string) =>
    `My database did not answer, so I did nothing. Your answers are still here. Press the button again in a minute. ${askForHelp(reference)}`,
  /** The database refused, was reached too late, or did not answer. The sentence is true in all three cases. */
  notConfirmed: (reference: string) =>
    `My database did not confirm that it saved this inbox. Your answers are still here. Press “Add inbox” again in a minute. I add it only once. ${askForHelp(reference)}`,
  keyStored: 'The key works and is saved. Now the inbox:',
  keyStoredUnchecked:
    'The key is saved, but I could not check it because ColdSend did not answer. This inbox will show if it works:',
  keyStoredBetween:
    'The key is saved, but I could not check it. A firewall or proxy answered in place of ColdSend. This inbox will show if the key works:',
} as const;

export const EPHEMERAL = {
  help: [
    `\`${COMMAND}\` opens a form that adds an inbox to ColdSend.`,
    `\`${COMMAND} jane@acme.com\` opens it with that address filled in.`,
    `\`${COMMAND} last\` opens it with the provider, servers and limit of your last inbox.`,
    `\`${COMMAND} many\` adds many inboxes at once, from pasted rows or a CSV file.`,
    `You get the result in a thread in the same channel. In a private channel, type \`${INVITE}\` first.`,
    'I store passwords encrypted and delete them after sending. Use app passwords if your provider offers them.',
    'My Home tab shows the last four characters of each ColdSend API key, the settings and the latest inboxes.',
  ],
  usage: `I did not understand that. Type \`${COMMAND}\`, or add one address: \`${COMMAND} jane@acme.com\`. For many inboxes, type \`${COMMAND} many\`. For more, type \`${COMMAND} help\`.`,
  failed: (reference: string) =>
    `Something went wrong on my side, and I did nothing. Please try again. ${askForHelp(reference)}`,
  /** The database did not confirm the change. */
  perhapsDone: (reference: string) =>
    `Something went wrong on my side, and I don't know if I saved your change. Check before you try again. ${askForHelp(reference)}`,
  notOpened: (reference: string) =>
    `Slack did not open the form in time, and I did nothing. Press the button again, or type \`${COMMAND}\`. ${askForHelp(reference)}`,
  /** For people in a workspace where the bot has no token. */
  notInstalled: {
    not_here: "I'm not installed in this workspace, so I did nothing.",
    org_wide: "I'm installed for a whole organization, but I only work in single workspaces. So I did nothing.",
  },
  installHere: (url: string) => `Ask an admin to install me in this workspace: ${url}`,
  setUpHere: 'Ask the person who runs this bot to install it here and to use the bot token of this workspace.',
  /** Slack gave no clear answer, so the modal may be open or closed. */
  perhapsOpened: (reference: string) =>
    `Slack didn't tell me if it opened the form. If you see it, fill it in. If you don't, or if it only says “One moment…”, close it and try again. ${askForHelp(reference)}`,
  cannotPost: `I can't post in this channel. You get the result in a direct message from me. To get the next one here, type \`${INVITE}\` in this channel.`,
  cannotPostThere: (channel: string) =>
    `I can't post in ${channel}, the channel for all results. You get the result in a direct message from me. To get the next one there, type \`${INVITE}\` there. If it is archived, an admin can choose another one in my Home tab.`,
  cannotPostInConversation:
    "I can't post in a conversation between people. You get the result in a direct message from me. To get the next one in a channel, type the command there.",
} as const;
