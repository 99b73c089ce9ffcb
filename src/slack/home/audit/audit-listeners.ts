import type { ModalView } from '@slack/types';
import type { AuditNote } from '../../../add-inbox/people/audit.ts';
import { CommitInDoubtError } from '../../../add-inbox/request/commit-in-doubt-error.ts';
import { renderSection } from '../../blocks/blocks.ts';
import { mrkdwn } from '../../blocks/text-objects.ts';
import type { ActionPayload, Actor } from '../../bolt/payloads.ts';
import { ACTIONS } from '../../ids.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { openThenFill } from '../../modals/open-then-fill.ts';
import { replaceView } from '../../modals/replace-view.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import { findNotice, type Rights } from '../../permissions/permissions.ts';
import { AUDIT } from '../../sentences/audit.ts';
import { sentences } from '../../sentences/notices.ts';
import { isOfSlack, type Message, type SlackApi } from '../../web-api/slack-api.ts';
import { tryPatiently } from '../../web-api/try-patiently.ts';
import { renderAuditCsv } from './audit-csv.ts';
import {
  AUDIT_PAGE_SIZE,
  type AuditCursor,
  type ListedEntry,
  parseAuditCursor,
  renderAuditPage,
} from './audit-page.ts';

/** The newest so many entries go into one file. */
const MAX_EXPORTED = 50_000;
const READ_AT_ONCE = 5_000;

/** The audit trail, by page and as a file; for admins and owners. */
export function createAuditPages(deps: {
  rights: Rights;
  page(teamId: string, page: AuditCursor & { limit: number }): Promise<ListedEntry[]>;
  note(entry: AuditNote): Promise<void>;
  now(): number;
}) {
  const { opens } = createAdminOnly(deps.rights);
  return { open: opens(ACTIONS.openAudit, prepare), turn, exportAll };

  async function prepare(_api: SlackApi, actor: Actor): Promise<ModalView> {
    const cursor = { until: deps.now(), skip: 0 };
    return renderAuditPage(actor.userId, cursor, await read(actor, cursor));
  }

  async function turn(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const { view, actions } = action;
    if (view === undefined) return;
    const cursor = parseAuditCursor(actions[0]?.value ?? '', deps.now());
    const what = actions[0]?.action_id ?? ACTIONS.olderAudit;
    const [right, entries] = await Promise.all([
      deps.rights.checkAdmin(api, actor, { what, view }),
      read(actor, cursor),
    ]);
    const refusal = findNotice(right);
    if (refusal !== undefined) {
      // On top: the page may be on somebody else's screen.
      await api.pushView(action.trigger_id, renderNotice(refusal));
      return;
    }
    const page = renderAuditPage(actor.userId, cursor, entries);
    await replaceView(api, view, page);
  }

  async function exportAll(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const { view } = action;
    if (view === undefined) return;
    const refusal = findNotice(await deps.rights.checkAdmin(api, actor, { what: ACTIONS.exportAudit, view }));
    if (refusal !== undefined) {
      await api.pushView(action.trigger_id, renderNotice(refusal));
      return;
    }
    const waiting = await api.pushView(action.trigger_id, renderNotice({ ...sentences.waiting, title: AUDIT.title }));
    const sent = send(api, actor).then((done) => toPage(done ? AUDIT.exportDone : AUDIT.exportFailed));
    await openThenFill(api, Promise.resolve(waiting), sent, toPage(AUDIT.exportUnsure));
  }

  /** Sends everything to the person's DM; false where Slack did not take it. */
  async function send(api: SlackApi, { teamId, userId }: Actor): Promise<boolean> {
    const entries = await readAll(teamId);
    const isCapped = entries.length === MAX_EXPORTED;
    const posted = await api.postMessage(userId, toMessage(AUDIT.exportStarts));
    try {
      const name = `audit-trail-${new Date(deps.now()).toISOString().slice(0, 10)}.csv`;
      const content = renderAuditCsv(entries);
      await api.uploadFile(posted.channelId, { name, title: AUDIT.exportTitle, content });
    } catch (error) {
      if (!isOfSlack(error)) throw error;
      await api.updateMessage(posted.channelId, posted.ts, toMessage(AUDIT.exportFailed));
      return false;
    }
    const details = { entries: String(entries.length) };
    const note = deps.note({ teamId, userId, action: 'audit_exported', requestId: undefined, details });
    // The file is sent: from here on nobody may be told that nothing was done.
    await note.catch((error: unknown) => Promise.reject(new CommitInDoubtError(error)));
    const done = toMessage(AUDIT.exportMessage(entries.length, isCapped));
    await tryPatiently(() => api.updateMessage(posted.channelId, posted.ts, done)).catch(() => {});
    return true;
  }

  function read({ teamId }: Actor, cursor: AuditCursor): Promise<ListedEntry[]> {
    return deps.page(teamId, { ...cursor, limit: AUDIT_PAGE_SIZE + 1 });
  }

  async function readAll(teamId: string): Promise<ListedEntry[]> {
    const entries: ListedEntry[] = [];
    const until = deps.now();
    while (entries.length < MAX_EXPORTED) {
      const piece = await deps.page(teamId, { until, skip: entries.length, limit: READ_AT_ONCE });
      entries.push(...piece);
      if (piece.length < READ_AT_ONCE) break;
    }
    return entries;
  }
}

function toPage(text: string): ModalView {
  return renderNotice({ title: AUDIT.title, paragraphs: [text] });
}

function toMessage(text: string): Message {
  return { text, blocks: [renderSection('audit_export', mrkdwn(text))] };
}
