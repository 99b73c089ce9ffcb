import type { KnownBlock } from '@slack/types';
import type { Outcome } from '../../add-inbox/request/outcome.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import { renderContext, renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel, oneLine } from '../blocks/foreign-text.ts';
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
import { listFacts, listLogin } from './outcome-facts.ts';

/**
 * The outcome of a request: the result, ColdSend's answer, the next step, and a reference unless the inbox was added.
 *
 * @param shownIn the thread names the inbox only by its address: its first message has the rest, taken from the latest try
 */
export function renderOutcome(request: AddInboxRequest, outcome: Outcome, shownIn: ShownIn): Message {
  const { emoji, title } = describeState({ ...request, outcome });
  const { account, keyName } = request;
  const facts = listFacts(outcome, account);
  const login = listLogin(outcome, account);
  const next = nextStepOf(outcome)(shownIn);
  const reference = outcome.kind === 'added' ? '' : `${FACTS.reference} ${request.id}`;
  const blocks: KnownBlock[] = [
    renderSection('outcome', mrkdwn(`${emoji} *${title}*`)),
    shownIn === 'page' ? renderInbox(account, keyName) : renderSection('inbox', oneLine(account.email_address)),
    ...(facts.length === 0 ? [] : [renderSection('facts', facts.join('\n'))]),
    ...(login.length === 0 ? [] : [renderSection('login', login.join('\n'))]),
    renderSection('next', next),
    ...(reference === '' ? [] : [renderContext('reference', reference)]),
  ];
  const head = `${title} – ${nameInbox(account, keyName)}.`;
  const tail = `${next} ${reference}`.trim();
  const room = MESSAGE_TEXT - head.length - tail.length - 2;
  return { text: [head, ...fit([...facts, ...login], room), tail].join(' '), blocks };
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
