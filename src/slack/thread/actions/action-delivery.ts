import type { KnownBlock } from '@slack/types';
import type { ActionOutcome, InboxAction } from '../../../add-inbox/actions/inbox-action.ts';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import { renderContext, renderSection } from '../../blocks/blocks.ts';
import { escapeTopLevel, oneLine } from '../../blocks/foreign-text.ts';
import { mrkdwn } from '../../blocks/text-objects.ts';
import { FACTS, INBOX_ACTION } from '../../sentences/thread.ts';
import { isRefusal, type Message } from '../../web-api/slack-api.ts';
import { isPostingRefused } from '../../web-api/slack-errors.ts';
import { renderAnnouncement } from '../announcement.ts';
import { listReasons, toLine } from '../outcome-facts.ts';
import { createPosting, type PostingDeps } from '../posting.ts';
import { renderReply } from '../reply.ts';

/**
 * Posts the outcome of a test email or a removal in the thread of the inbox, or in the person's DM where the bot can't post there.
 * False where Slack did not accept it now. Where nothing more can be done with the inbox, its messages lose the buttons.
 */
export function createReportAction(deps: PostingDeps<AddInboxRequest>) {
  const { delivering, updated } = createPosting(deps);
  return async (action: InboxAction, request: AddInboxRequest): Promise<boolean> => {
    const { outcome } = action;
    if (outcome === undefined) throw new TypeError(`action ${action.id} has no outcome yet`);
    const { announcement, replyTs } = request;
    const posted = await delivering(
      request,
      () => true,
      async (api) => {
        const inDm = () => api.postMessage(action.userId, renderAction(action, outcome, request, 'dm'));
        if (announcement === undefined) await inDm();
        else {
          const message = renderAction(action, outcome, request, 'thread');
          await api.postMessage(announcement.channelId, message, announcement.ts).catch((error: unknown) => {
            if (isRefusal(error, isPostingRefused)) return inDm();
            throw error;
          });
        }
        return { kind: 'posted', api } as const;
      },
    );
    if (posted.kind === 'posted' && announcement !== undefined && isClosed(request)) {
      // The outcome is posted. A failure here must not post it again.
      const { channelId, ts } = announcement;
      const updates = [
        updated(posted.api, { channelId, ts }, renderAnnouncement(request)),
        ...(replyTs === undefined ? [] : [updated(posted.api, { channelId, ts: replyTs }, renderReply(request))]),
      ];
      await Promise.all(updates).catch((error: unknown) => deps.onIgnored(request, error));
    }
    return posted.kind !== 'later';
  };
}

/** The outcome of a test email or a removal. In the thread, its first message names the inbox. */
function renderAction(
  action: InboxAction,
  outcome: ActionOutcome,
  { account }: AddInboxRequest,
  shownIn: 'thread' | 'dm',
): Message {
  const { id, kind, userId, recipient } = action;
  const { titles, next, by, to } = INBOX_ACTION;
  const { emoji, title } = titles[kind][outcome.kind];
  const facts = [
    ...(shownIn === 'dm' ? [oneLine(account.email_address)] : []),
    ...(recipient === '' ? [] : [`${to}: ${oneLine(recipient)}`]),
    ...listActionFacts(outcome),
  ];
  const after = next[outcome.kind][kind];
  const blocks: KnownBlock[] = [
    renderSection('action', mrkdwn(`${emoji} *${title}*\n${by(`<@${userId}>`)}`)),
    ...(facts.length === 0 ? [] : [renderSection('facts', facts.join('\n'))]),
    renderSection('next', after),
    ...(outcome.kind === 'done' ? [] : [renderContext('reference', `${FACTS.reference} ${id}`)]),
  ];
  return { text: `${title} – ${escapeTopLevel(account.email_address)}. ${after}`, blocks };
}

function listActionFacts(outcome: ActionOutcome): string[] {
  switch (outcome.kind) {
    case 'done':
    case 'unsupported':
      return [];
    case 'gone':
      return listReasons({ kind: 'exists', reason: outcome.reason }).map(toLine);
    case 'not_done':
      return [INBOX_ACTION.notDone[outcome.why]];
    default:
      return listReasons(outcome).map(toLine);
  }
}

function isClosed({ outcome }: AddInboxRequest): boolean {
  return outcome?.kind === 'added' && outcome.closed !== undefined;
}
