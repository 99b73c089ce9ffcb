import type { ActionsBlock, ContextBlock, ModalView, UsersSelect } from '@slack/types';
import type { Page } from '../../../add-inbox/lists/page.ts';
import type { AuditEntry } from '../../../add-inbox/people/audit.ts';
import type { Unreadable } from '../../../add-inbox/request/unreadable.ts';
import { renderActions, renderButton, renderContext, renderMenu, renderSection } from '../../blocks/blocks.ts';
import { escapeMrkdwn, oneLine, truncate } from '../../blocks/foreign-text.ts';
import { PLACEHOLDER } from '../../blocks/limits.ts';
import { slackDate } from '../../blocks/slack-date.ts';
import { mrkdwn, plainText } from '../../blocks/text-objects.ts';
import { ACTIONS, CALLBACKS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { encodePrivateMetadata } from '../../modals/private-metadata.ts';
import { toCursorValue } from '../../modals/trail.ts';
import { AUDIT, AUDIT_ACTION_WORDS, auditDetail, auditValue } from '../../sentences/audit.ts';
import { BUTTONS, UNREADABLE } from '../../sentences/common.ts';
import { HOME } from '../../sentences/home.ts';
import { renderUnreadable } from '../render-unreadable.ts';
import { AUDIT_PERIODS, AUDIT_TOPICS, type AuditPlace, isFiltered, toStoredPlace } from './audit-place.ts';

export const AUDIT_PAGE_SIZE = 20;

export type ListedEntry = AuditEntry | Unreadable;

/**
 * One page of the audit trail, with menus to narrow it down.
 *
 * @param links the links to the threads, by the id of the request or batch that an entry is about
 */
export function renderAuditPage(
  openedBy: string,
  place: AuditPlace,
  { entries, next }: Page<ListedEntry>,
  links: ReadonlyMap<string, string>,
): ModalView {
  const none = isFiltered(place) ? AUDIT.noneFound : AUDIT.empty;
  const buttons = [
    ...(place.trail.length > 0 ? [renderButton(ACTIONS.newerAudit, BUTTONS.newer, 'newer')] : []),
    ...(next === undefined ? [] : [renderButton(ACTIONS.olderAudit, BUTTONS.older, toCursorValue(next))]),
    ...(isFiltered(place) ? [renderButton(ACTIONS.auditAll, BUTTONS.auditAll, 'all')] : []),
    renderButton(ACTIONS.exportAudit, BUTTONS.exportAudit, 'export'),
  ];
  return {
    ...renderModalFrame(CALLBACKS.audit, { title: AUDIT.title }),
    private_metadata: encodePrivateMetadata({ openedBy }, toStoredPlace(place)),
    blocks: [
      renderSection('about', AUDIT.about),
      renderFilters(place),
      ...entries.map((entry, index) => renderEntry(entry, index, links)),
      ...(entries.length === 0 ? [renderContext('empty', next === undefined ? none : AUDIT.noneSoFar)] : []),
      renderContext('bounded', AUDIT.refusedBounded),
      renderActions('audit_buttons', buttons),
    ],
  };
}

/** The block's id changes with the filters, since Slack's client keeps what was chosen in a block of the same id. */
function renderFilters({ userId, topic, days }: AuditPlace): ActionsBlock {
  const person: UsersSelect = {
    type: 'users_select',
    action_id: ACTIONS.auditPerson,
    placeholder: plainText(AUDIT.person, PLACEHOLDER),
    ...(userId !== undefined && { initial_user: userId }),
  };
  const topics = AUDIT_TOPICS.map((value) => ({ value, text: AUDIT.topics[value] }));
  const periods = AUDIT_PERIODS.map((value) => ({ value: String(value), text: AUDIT.period(value) }));
  return renderActions(`audit_filters.${userId ?? ''}.${topic ?? ''}.${days ?? ''}`, [
    person,
    renderMenu(ACTIONS.auditTopic, AUDIT.anyTopic, [{ value: ANY, text: AUDIT.anyTopic }, ...topics], topic ?? ANY),
    renderMenu(
      ACTIONS.auditPeriod,
      AUDIT.anyPeriod,
      [{ value: ANY, text: AUDIT.anyPeriod }, ...periods],
      String(days ?? ANY),
    ),
  ]);
}

const ANY = 'any';

function renderEntry(entry: ListedEntry, index: number, links: ReadonlyMap<string, string>): ContextBlock {
  if ('unreadable' in entry) return renderUnreadable(entry, UNREADABLE.entry, index);
  const { action, userId, at, requestId, details } = entry;
  const who = userId === undefined ? AUDIT.nobody : `<@${userId}>`;
  const link = requestId === undefined ? undefined : links.get(requestId);
  const thread = link === undefined ? [] : [HOME.openThread(escapeMrkdwn(link))];
  const foreign = Object.entries(details).filter(([name]) => !OF_OURS.has(name));
  const ours = Object.entries(details).filter(([name]) => OF_OURS.has(name));
  const plain = [...foreign.map(say), ...(requestId === undefined ? [] : [`${auditDetail('request')}: ${requestId}`])];
  return renderContext(
    `entry.${entry.id}`,
    mrkdwn([`*${AUDIT_ACTION_WORDS[action]}*`, who, slackDate(at, 'date'), ...thread].join(' · ')),
    ...(plain.length === 0 ? [] : [truncate(plain.join(' · '), 1_000)]),
    ...(ours.length === 0 ? [] : [mrkdwn(linkIds(truncate(ours.map(say).join(' · '), 700)))]),
  );
}

/** These details contain only our own words and ids, so their ids can be shown as names. */
const OF_OURS = new Set(['channel', 'channels', 'from', 'to', 'person']);

function say([name, value]: [string, string]): string {
  return `${auditDetail(name)}: ${auditValue(name, oneLine(value))}`;
}

function linkIds(text: string): string {
  return escapeMrkdwn(text)
    .replace(/\b[UW][A-Z0-9]{5,}\b/g, '<@$&>')
    .replace(/\b[CG][A-Z0-9]{5,}\b/g, '<#$&>')
    .replace(/\bS[A-Z0-9]{5,}\b/g, '<!subteam^$&>');
}
