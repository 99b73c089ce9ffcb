import type { KnownBlock, SectionBlock } from '@slack/types';
import { findInboxId } from '../../../add-inbox/actions/inbox-action.ts';
import { type Batch, countFailed } from '../../../add-inbox/batch/batch.ts';
import { clientNameOf, type OwnerName, WORKSPACE } from '../../../add-inbox/keys/key-owner.ts';
import { type Cursor, OUTCOME_GROUPS, type Page } from '../../../add-inbox/lists/page.ts';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import type { Unreadable } from '../../../add-inbox/request/unreadable.ts';
import { describeHeadline, nameSource } from '../../batches/card.ts';
import {
  renderActions,
  renderButton,
  renderContext,
  renderHeader,
  renderMenu,
  renderOverflow,
  renderSection,
} from '../../blocks/blocks.ts';
import { escapeMrkdwn, oneLine } from '../../blocks/foreign-text.ts';
import { slackDate } from '../../blocks/slack-date.ts';
import { mrkdwn } from '../../blocks/text-objects.ts';
import { ACTIONS } from '../../ids.ts';
import { toCursorValue } from '../../modals/trail.ts';
import { BATCH_THREAD_HOME as WORDS } from '../../sentences/batches.ts';
import { BUTTONS, UNREADABLE } from '../../sentences/common.ts';
import { HOME } from '../../sentences/home.ts';
import { FACTS } from '../../sentences/thread.ts';
import { describeState } from '../../thread/describe-state.ts';
import { renderUnreadable } from '../render-unreadable.ts';
import { type HomePlace, toOutcomeValue, toOwnerValue } from './home-place.ts';

export type Latest = AddInboxRequest | Batch | Unreadable;

export type LatestToShow = {
  userId: string;
  isAdmin: boolean;
  /** One page of single inboxes and batches, the newest first. */
  latest: Page<Latest>;
  /** The links to their threads, by the id of the inbox or batch. */
  links: ReadonlyMap<string, string>;
  place: HomePlace;
};

/** The list of inboxes, two lines each, with menus to narrow it down and buttons to turn its pages. */
export function renderLatestList(shown: LatestToShow, clients: OwnerName[]): KnownBlock[] {
  const { latest, place } = shown;
  const { filter, trail } = place;
  const { entries, next } = latest;
  const isFiltered = filter.owner !== undefined || filter.outcome !== undefined;
  const canFilter = isFiltered || trail.length > 0 || entries.length > 0;
  const none = isFiltered ? HOME.noneFound : HOME.none;
  const turning = [
    ...(trail.length > 0 ? [renderButton(ACTIONS.newerInboxes, BUTTONS.newer, 'newer')] : []),
    ...(next === undefined ? [] : [renderButton(ACTIONS.olderInboxes, BUTTONS.older, toCursorValue(next))]),
  ];
  return [
    renderHeader('latest_title', HOME.latestTitle),
    ...(canFilter ? [renderFilters(place, clients)] : []),
    ...entries.flatMap((entry, index) => renderLatest(entry, index, shown)),
    ...(entries.length > 0 ? [] : [renderSection('none', next === undefined ? none : HOME.noneSoFar)]),
    ...(turning.length === 0 ? [] : [renderActions('latest_pages', turning)]),
  ];
}

/** The position of an entry in the list. One without a readable time comes first, so that it is noticed. */
export function cursorOf(entry: Latest): Cursor {
  const { id } = entry;
  if ('unreadable' in entry) return { at: entry.at ?? Number.MAX_SAFE_INTEGER, id };
  return { at: isBatch(entry) ? entry.createdAt : entry.acceptedAt, id };
}

function isBatch(entry: Latest): entry is Batch {
  return 'total' in entry;
}

/** Whose inboxes can be told apart only where clients have keys. */
function renderFilters({ filter }: HomePlace, clients: OwnerName[]): KnownBlock {
  const outcomes = OUTCOME_GROUPS.map((group) => ({ value: toOutcomeValue(group), text: HOME.outcomes[group] }));
  const owners = [WORKSPACE, ...clients.toSorted(byName)].map((owner) => ({
    value: toOwnerValue(owner),
    text: clientNameOf(owner) ?? HOME.ofWorkspace,
  }));
  const anyOwner = { value: toOwnerValue(undefined), text: HOME.anyOwner };
  const anyOutcome = { value: toOutcomeValue(undefined), text: HOME.anyOutcome };
  return renderActions('latest_filters', [
    ...(clients.length === 0
      ? []
      : [renderMenu(ACTIONS.filterOwner, HOME.filterOwner, [anyOwner, ...owners], toOwnerValue(filter.owner))]),
    renderMenu(ACTIONS.filterOutcome, HOME.filterOutcome, [anyOutcome, ...outcomes], toOutcomeValue(filter.outcome)),
  ]);
}

function byName(a: OwnerName, b: OwnerName): number {
  return (clientNameOf(a) ?? '').localeCompare(clientNameOf(b) ?? '');
}

function renderLatest(entry: Latest, index: number, { links, isAdmin, userId }: LatestToShow): KnownBlock[] {
  if ('unreadable' in entry) return [renderUnreadable(entry, UNREADABLE.request, index)];
  const link = links.get(entry.id);
  const thread = link === undefined ? [] : [HOME.openThread(escapeMrkdwn(link))];
  if (isBatch(entry)) return renderBatch(entry, thread);
  return renderRequest(entry, thread, isAdmin || entry.userId === userId);
}

/** A whole batch: its file and how far it is. */
function renderBatch(batch: Batch, thread: string[]): KnownBlock[] {
  const { id, total, userId, shown, createdAt } = batch;
  const { emoji, title } = describeHeadline(batch, shown);
  const failed = shown === undefined ? 0 : countFailed(shown.counts);
  const needYou = failed > 0 ? [WORDS.needYou(failed)] : [];
  const facts = [`${emoji} *${title}*`, ...needYou, `<@${userId}>`, slackDate(createdAt, 'date'), ...thread];
  return [
    renderSection(`batch.${id}`, WORDS.title(total, nameSource(batch))),
    renderContext(`state.${id}`, mrkdwn(facts.join(' · ')), ...nameClient(batch.keyName)),
  ];
}

/** @param mayAct the person may send a test email from it and remove it */
function renderRequest(request: AddInboxRequest, thread: string[], mayAct: boolean): KnownBlock[] {
  const { id, account, userId, acceptedAt, keyName } = request;
  const { emoji, title, status } = describeState(request);
  const facts = [`${emoji} *${title}*`, `<@${userId}>`, slackDate(acceptedAt, 'date'), ...thread];
  const inbox: SectionBlock = renderSection(`inbox.${id}`, oneLine(account.email_address));
  const menu = renderOverflow(ACTIONS.inboxMenu, [
    { value: `test ${id}`, text: BUTTONS.testEmail },
    { value: `remove ${id}`, text: BUTTONS.removeInbox },
  ]);
  return [
    mayAct && findInboxId(request) !== undefined ? { ...inbox, accessory: menu } : inbox,
    renderContext(
      `state.${id}`,
      mrkdwn(facts.join(' · ')),
      ...(status === undefined ? [] : [status]),
      ...nameClient(keyName),
    ),
  ];
}

function nameClient(owner: OwnerName): string[] {
  const client = clientNameOf(owner);
  return client === undefined ? [] : [`${FACTS.client}: ${oneLine(client)}`];
}
