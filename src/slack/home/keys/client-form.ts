import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import { cleanText } from '../../../add-inbox/account/clean-text.ts';
import { MAX_CLIENT_NAME } from '../../../add-inbox/keys/coldsend-key.ts';
import { type Client, clientNameOf, WORKSPACE } from '../../../add-inbox/keys/key-owner.ts';
import type { KeyNotStored } from '../../../add-inbox/keys/store-key.ts';
import { renderInputFrame, renderSection } from '../../blocks/blocks.ts';
import { oneLine } from '../../blocks/foreign-text.ts';
import { PLACEHOLDER, SECTION_TEXT } from '../../blocks/limits.ts';
import { linkChannels } from '../../blocks/link-channels.ts';
import { mrkdwn, plainText } from '../../blocks/text-objects.ts';
import { API_KEY_FIELD, blockId, CALLBACKS, CLIENT_FIELDS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { encodePrivateMetadata } from '../../modals/private-metadata.ts';
import { readView } from '../../modals/view-state.ts';
import { CLIENT_FORM, KEY_ERRORS, KEY_FORM } from '../../sentences/keys.ts';
import { renderKeyInput } from './key-form.ts';

/** The bot checks this many channels at once. */
const MAX_CHANNELS = 10;

export type TypedClient = Client & {
  isNew: boolean;
  /** The version of the client that the form showed; '' for a new client. */
  stamp: string;
  /** '' keeps the stored key. */
  apiKey: string;
};

/** The chosen channels that the client can't have, and why. */
type ChannelProblem = Extract<KeyNotStored, { kind: 'cannot_post' | 'channel_taken' }>;

/**
 * The form for the key of a client and its channels; `client` is undefined for a new one. With `again`, the form is shown once
 * more with the input that Slack keeps, and links the channels that are the problem. The error at a field can't do that: it
 * is plain text without links, and the bot doesn't know the names of channels.
 */
export function renderClientForm({
  openedBy,
  stamp,
  client,
  again,
}: {
  openedBy: string;
  stamp: string;
  client?: (Client & { lastFour: string }) | undefined;
  again?: { channelIds: string[]; problem: ChannelProblem };
}): ModalView {
  return {
    ...renderModalFrame(CALLBACKS.clientKey, { ...CLIENT_FORM, cancel: KEY_FORM.cancel }),
    private_metadata: encodePrivateMetadata({ openedBy, owner: client ?? WORKSPACE, stamp }),
    blocks: [
      renderSection(
        'about',
        client === undefined ? CLIENT_FORM.about : CLIENT_FORM.change(client.name, client.lastFour),
      ),
      ...(client === undefined ? [renderLabel()] : []),
      ...(again === undefined ? [] : renderProblem(again.problem)),
      renderChannels(again?.channelIds ?? client?.channelIds ?? []),
      renderKeyInput(0, { optional: client !== undefined }),
    ],
  };
}

/** Parses the form. Throws UnreadableViewError. */
export function parseClientForm(view: unknown): TypedClient {
  const { metadata, textOf, listOf } = readView(view);
  const { stamp } = metadata;
  const client = clientNameOf(metadata.owner);
  return {
    kind: 'client',
    name: client ?? oneLine(cleanText(textOf(CLIENT_FIELDS.label) ?? '')),
    isNew: client === undefined,
    stamp,
    channelIds: [...new Set(listOf(CLIENT_FIELDS.channels))].slice(0, MAX_CHANNELS),
    apiKey: textOf(API_KEY_FIELD) ?? '',
  };
}

function renderProblem(problem: ChannelProblem): KnownBlock[] {
  const text = problem.kind === 'cannot_post' ? KEY_ERRORS.cannotPostIn : KEY_ERRORS.channelsTaken(problem.by);
  return [
    renderSection('problem', text),
    renderSection('problem_channels', mrkdwn(linkChannels(problem.channelIds, SECTION_TEXT))),
  ];
}

function renderLabel(): InputBlock {
  return {
    ...renderInputFrame(blockId(CLIENT_FIELDS.label, 0), CLIENT_FORM.label, CLIENT_FORM.labelHint),
    element: {
      type: 'plain_text_input',
      action_id: CLIENT_FIELDS.label,
      max_length: MAX_CLIENT_NAME,
      placeholder: plainText(CLIENT_FORM.labelPlaceholder, PLACEHOLDER),
    },
  };
}

function renderChannels(chosen: string[]): InputBlock {
  return {
    ...renderInputFrame(blockId(CLIENT_FIELDS.channels, 0), CLIENT_FORM.channels, CLIENT_FORM.channelsHint),
    element: {
      type: 'multi_conversations_select',
      action_id: CLIENT_FIELDS.channels,
      max_selected_items: MAX_CHANNELS,
      filter: { include: ['public', 'private'], exclude_bot_users: true },
      ...(chosen.length > 0 && { initial_conversations: chosen }),
    },
  };
}
