import type { Button, ContextBlock, ModalView } from '@slack/types';
import type { AuditEntry } from '../../../add-inbox/people/audit.ts';
import type { Unreadable } from '../../../add-inbox/request/unreadable.ts';
import { renderActions, renderButton, renderContext, renderSection } from '../../blocks/blocks.ts';
import { escapeMrkdwn, oneLine, truncate } from '../../blocks/foreign-text.ts';
import { VIEW_TITLE } from '../../blocks/limits.ts';
import { slackDate } from '../../blocks/slack-date.ts';
import { mrkdwn, plainText } from '../../blocks/text-objects.ts';
import { ACTIONS, CALLBACKS } from '../../ids.ts';
import { encodePrivateMetadata } from '../../modals/private-metadata.ts';
import { AUDIT, AUDIT_ACTION_WORDS, auditDetail, auditValue } from '../../sentences/audit.ts';
import { BUTTONS, UNREADABLE } from '../../sentences/common.ts';
import { REQUEST_PAGE } from '../../sentences/thread.ts';
import { renderUnreadable } from '../render-unreadable.ts';

export const AUDIT_PAGE_SIZE = 20;

/** The page's position: entries noted up to `until` (milliseconds since 1970), without the newest `skip` of them. */
export type AuditCursor = { until: number; skip: number };

export type ListedEntry = AuditEntry | Unreadable;

/** One page of the audit trail. An entry beyond `AUDIT_PAGE_SIZE` is not shown; it means that there are older entries. */
export function renderAuditPage(openedBy: string, cursor: AuditCursor, entries: ListedEntry[]): ModalView {
  const shown = entries.slice(0, AUDIT_PAGE_SIZE);
  const { until, skip } = cursor;
  const buttons = [
    ...(skip > 0 ? [renderTurn(ACTIONS.newerAudit, BUTTONS.newer, { until, skip: skip - AUDIT_PAGE_SIZE })] : []),
    ...(entries.length > shown.length
      ? [renderTurn(ACTIONS.olderAudit, BUTTONS.older, { until, skip: skip + AUDIT_PAGE_SIZE })]
      : []),
    renderButton(ACTIONS.exportAudit, BUTTONS.exportAudit, 'export'),
  ];
  return {
    type: 'modal',
    callback_id: CALLBACKS.audit,
    private_metadata: encodePrivateMetadata({ openedBy }),
    title: plainText(AUDIT.title, VIEW_TITLE),
    close: plainText(REQUEST_PAGE.close, VIEW_TITLE),
    blocks: [
      renderSection('about', AUDIT.about),
      ...shown.map(renderEntry),
      ...(shown.length === 0 ? [renderContext('empty', AUDIT.empty)] : []),
      renderContext('bounded', AUDIT.refusedBounded),
      renderActions('audit_buttons', buttons),
    ],
  };
}

/** The cursor in a button's value; the first page where the value is not one of ours. */
export function parseAuditCursor(value: string, now: number): AuditCursor {
  const [, until, skip] = /^(\d{1,16})\.(\d{1,9})$/.exec(value) ?? [];
  return until === undefined || skip === undefined
    ? { until: now, skip: 0 }
    : { until: Number(until), skip: Number(skip) };
}

function renderEntry(entry: ListedEntry, index: number): ContextBlock {
  if ('unreadable' in entry) return renderUnreadable(entry, UNREADABLE.entry, index);
  const { action, userId, at, requestId, details } = entry;
  const who = userId === undefined ? AUDIT.nobody : `<@${userId}>`;
  const foreign = Object.entries(details).filter(([name]) => !OF_OURS.has(name));
  const ours = Object.entries(details).filter(([name]) => OF_OURS.has(name));
  const plain = [...foreign.map(say), ...(requestId === undefined ? [] : [`${auditDetail('request')}: ${requestId}`])];
  return renderContext(
    `entry.${entry.id}`,
    mrkdwn(`*${AUDIT_ACTION_WORDS[action]}* · ${who} · ${slackDate(at, 'date')}`),
    ...(plain.length === 0 ? [] : [truncate(plain.join(' · '), 1_000)]),
    ...(ours.length === 0 ? [] : [mrkdwn(linkIds(truncate(ours.map(say).join(' · '), 700)))]),
  );
}

/** These details contain only our own words and ids, so their ids can be shown as names. */
const OF_OURS = new Set(['channel', 'channels', 'from', 'to', 'person']);

function say([name, value]: [string, string]): string {
  return `${auditDetail(name)}: ${auditValue(oneLine(value))}`;
}

function linkIds(text: string): string {
  return escapeMrkdwn(text)
    .replace(/\b[UW][A-Z0-9]{5,}\b/g, '<@$&>')
    .replace(/\b[CG][A-Z0-9]{5,}\b/g, '<#$&>')
    .replace(/\bS[A-Z0-9]{5,}\b/g, '<!subteam^$&>');
}

function renderTurn(actionId: string, text: string, { until, skip }: AuditCursor): Button {
  return renderButton(actionId, text, `${until}.${Math.max(0, skip)}`);
}
