import type { KnownBlock } from '@slack/types';
import type { Outcome } from '../../add-inbox/request/outcome.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import { renderContext, renderFields, renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel } from '../blocks/foreign-text.ts';
import { MESSAGE_TEXT } from '../blocks/limits.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import {
  NEXT_AFTER_CANCELLED,
  NEXT_AFTER_EXPIRED,
  NEXT_AFTER_HELD_BACK,
  NEXT_AFTER_LOST_PERMISSION,
  NEXT_AFTER_REMOVED,
  NEXT_AFTER_TROUBLE,
  NEXT_STEPS,
  type ShownIn,
} from '../sentences/outcomes.ts';
import { FACTS } from '../sentences/thread.ts';
import type { Message } from '../web-api/slack-api.ts';
import { describeState } from './describe-state.ts';
import { nameInbox, renderInbox } from './inbox-text.ts';
import { given, listAccount, listLogin, listReasons, toLine } from './outcome-facts.ts';

/**
 * The outcome of a request: the facts or ColdSend's answer, the next step, and in small print what support asks for.
 *
 * @param shownIn the blocks of a page have the result and the inbox on top; in a thread, its first message has them
 */
export function renderOutcome(request: AddInboxRequest, outcome: Outcome, shownIn: ShownIn): Message {
  const { emoji, title } = describeState({ ...request, outcome });
  const { account, keyName } = request;
  const isAdded = outcome.kind === 'added';
  const facts = isAdded ? listAccount(outcome.account, account) : [];
  const reasons = listReasons(outcome).map(toLine);
  const login = listLogin(outcome, account).map(toLine);
  const next = nextStepOf(outcome)(shownIn);
  const inboxId = isAdded ? given(FACTS.inbox_id, outcome.account.inbox_id).map(toLine) : [];
  const reference = isAdded ? [] : [`${FACTS.reference} ${request.id}`];
  const blocks: KnownBlock[] = [
    ...(shownIn === 'page'
      ? [renderSection('outcome', mrkdwn(`${emoji} *${title}*`)), renderInbox(account, keyName)]
      : []),
    ...(facts.length === 0 ? [] : [renderFields('facts', facts)]),
    ...(reasons.length === 0 ? [] : [renderSection('reasons', reasons.join('\n'))]),
    ...(login.length === 0 ? [] : [renderSection('login', login.join('\n'))]),
    renderSection('next', next),
    ...[...inboxId, ...reference].map((small) => renderContext('reference', small)),
  ];
  const head = `${title} – ${nameInbox(account, keyName)}.`;
  const tail = [next, ...reference].join(' ');
  const room = MESSAGE_TEXT - head.length - tail.length - 2;
  return {
    text: [head, ...fit([...facts.map(toLine), ...inboxId, ...reasons, ...login], room), tail].join(' '),
    blocks,
  };
}

function nextStepOf(outcome: Outcome): (shownIn: ShownIn) => string {
  if (outcome.kind === 'expired' && outcome.why !== undefined) return NEXT_AFTER_EXPIRED[outcome.why];
  if (outcome.kind === 'added' && outcome.closed === 'removed') return NEXT_AFTER_REMOVED;
  if (outcome.kind === 'stopped' && outcome.cancelledBy !== undefined) return NEXT_AFTER_CANCELLED;
  if (outcome.kind !== 'refused') return NEXT_STEPS[outcome.kind];
  if (outcome.lostPermission !== undefined) return NEXT_AFTER_LOST_PERMISSION;
  if (outcome.isHeldBack) return NEXT_AFTER_HELD_BACK;
  return outcome.trouble === undefined ? NEXT_STEPS.refused : NEXT_AFTER_TROUBLE[outcome.trouble.kind];
}

/** The first of `facts` that fit into `room` once escaped. Whole facts only, so that no entity is cut in two. */
function fit(facts: string[], room: number): string[] {
  const escaped = facts.map((fact) => {
    const text = escapeTopLevel(fact);
    return /[.!?:]$/.test(text) ? text : `${text}.`;
  });
  const kept: string[] = [];
  for (const text of escaped) {
    if ([...kept, text, '…'].join(' ').length > room) return [...kept, '…'];
    kept.push(text);
  }
  return kept;
}
