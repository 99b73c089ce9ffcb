import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { toAsciiName } from '../../../add-inbox/account/domain-name.ts';
import { clientNameOf, type OwnerName } from '../../../add-inbox/keys/key-owner.ts';
import type { ListedDomain, Remembered } from '../../../add-inbox/keys/remembered.ts';
import {
  renderActions,
  renderButton,
  renderContext,
  renderDangerButton,
  renderInputFrame,
  renderSection,
} from '../../blocks/blocks.ts';
import { ACTIONS, blockId, CALLBACKS, REMEMBERED_FIELD } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { encodePrivateMetadata } from '../../modals/private-metadata.ts';
import { readView } from '../../modals/view-state.ts';
import { BUTTONS, PROVIDER_PHRASES } from '../../sentences/common.ts';
import { REMEMBERED } from '../../sentences/keys.ts';

export const REMEMBERED_PAGE_SIZE = 20;

/** A domain's longest name. */
const MAX_FILTER = 253;

/** The page's position: the domains of this owner that contain a text, without the first `skip` of them. */
export type RememberedCursor = { owner: OwnerName; contains: string; skip: number };

/** One page of what is remembered. A domain beyond `REMEMBERED_PAGE_SIZE` is not shown; it means that there are more. */
export function renderRememberedPage(openedBy: string, cursor: RememberedCursor, found: ListedDomain[]): ModalView {
  const { owner, contains, skip } = cursor;
  const client = clientNameOf(owner);
  const shown = found.slice(0, REMEMBERED_PAGE_SIZE);
  return {
    ...renderModalFrame(CALLBACKS.remembered, { title: REMEMBERED.title, submit: REMEMBERED.search }),
    private_metadata: encodePrivateMetadata({ openedBy, owner }, { f: contains }),
    blocks: [
      renderSection('about', REMEMBERED.about(client)),
      {
        ...renderInputFrame(blockId(REMEMBERED_FIELD, 0), REMEMBERED.filter, REMEMBERED.filterHint),
        optional: true,
        element: { type: 'plain_text_input', action_id: REMEMBERED_FIELD, max_length: MAX_FILTER },
      },
      ...shown.map((each, index) => renderDomain(each, skip + index)),
      ...(shown.length === 0
        ? [renderContext('empty', REMEMBERED.empty)]
        : [renderContext('shown', REMEMBERED.shown(skip + 1, skip + shown.length))]),
      renderActions('remembered_buttons', [
        ...(skip > 0
          ? [
              renderButton(
                ACTIONS.previousRemembered,
                BUTTONS.previousDomains,
                String(Math.max(0, skip - REMEMBERED_PAGE_SIZE)),
              ),
            ]
          : []),
        ...(found.length > shown.length
          ? [renderButton(ACTIONS.moreRemembered, BUTTONS.moreDomains, String(skip + REMEMBERED_PAGE_SIZE))]
          : []),
        ...renderForget(client),
      ]),
    ],
  };
}

const filter = z.string().catch('');

/** The page that a view shows, and what is typed to filter it. Throws UnreadableViewError. */
export function parseRememberedPage(view: unknown): { owner: OwnerName; contains: string; typed: string } {
  const { metadata, textOf } = readView(view);
  const typed = (textOf(REMEMBERED_FIELD) ?? '').trim().toLowerCase();
  return {
    owner: metadata.owner,
    contains: filter.parse(metadata.more.f),
    typed: toAsciiName(typed) ?? typed,
  };
}

function renderDomain(listed: ListedDomain, index: number): KnownBlock {
  const said = listed.servers === undefined ? REMEMBERED.unreadable : describe(listed);
  return {
    ...renderSection(`remembered.${index}`, `${listed.domain}\n${said}`),
    accessory: renderButton(ACTIONS.forgetDomain, BUTTONS.forget, listed.domain),
  };
}

function describe({ servers, dailyLimit }: Remembered): string {
  const { inboxType, smtpHost, smtpPort, smtpUseTls, imapHost, imapPort, imapUseSsl } = servers;
  return [
    PROVIDER_PHRASES[inboxType],
    `SMTP ${smtpHost}:${smtpPort}${note(smtpUseTls)}`,
    `IMAP ${imapHost}:${imapPort}${note(imapUseSsl)}`,
    REMEMBERED.limit(dailyLimit),
  ].join(' · ');
}

function note(isEncrypted: boolean | undefined): string {
  return isEncrypted === false ? ` (${REMEMBERED.notEncrypted})` : '';
}

function renderForget(client: string | undefined) {
  const { owner, everything, ...words } = REMEMBERED.confirm;
  const confirm = (text: string) => ({ ...words, text });
  return [
    renderDangerButton(ACTIONS.forgetOwner, REMEMBERED.forgetOwner(client), 'all', confirm(owner(client))),
    ...(client === undefined
      ? [renderDangerButton(ACTIONS.forgetEverything, BUTTONS.forgetEverything, 'everything', confirm(everything))]
      : []),
  ];
}
