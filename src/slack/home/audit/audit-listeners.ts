import type { ModalView } from '@slack/types';
import { type Cursor, type Page, readUntilFound } from '../../../add-inbox/lists/page.ts';
import type { AuditFilter, AuditNote } from '../../../add-inbox/people/audit.ts';
import { CommitInDoubtError } from '../../../add-inbox/request/commit-in-doubt-error.ts';
import { renderSection } from '../../blocks/blocks.ts';
import { mrkdwn } from '../../blocks/text-objects.ts';
import type { InModal, Interaction, Press } from '../../bolt/interaction.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { openThenFill } from '../../modals/open-then-fill.ts';
import { replaceView } from '../../modals/replace-view.ts';
import { readView } from '../../modals/view-state.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import { AUDIT } from '../../sentences/audit.ts';
import { sentences } from '../../sentences/notices.ts';
import { isOfSlack, type Message } from '../../web-api/slack-api.ts';
import { tryPatiently } from '../../web-api/try-patiently.ts';
import { findLinks, type WithThread } from '../latest/find-links.ts';
import { renderAuditCsv } from './audit-csv.ts';
import { AUDIT_PAGE_SIZE, type ListedEntry, renderAuditPage } from './audit-page.ts';
import { type AuditPlace, moveAudit, NEWEST_ENTRIES, parseStoredPlace, toAuditFilter } from './audit-place.ts';

/** The file has at most this many entries, the newest ones. */
const MAX_EXPORTED = 50_000;
const READ_AT_ONCE = 5_000;

/** Shows the audit trail in pages and exports it as a file, for admins and owners. */
export function createAuditPages(deps: {
  permissions: Permissions;
  page(teamId: string, query: AuditFilter & { before: Cursor | undefined; limit: number }): Promise<Page<ListedEntry>>;
  /** The threads of requests and batches. */
  findThreads(teamId: string, ids: string[]): Promise<WithThread[]>;
  note(entry: AuditNote): Promise<void>;
  now(): number;
}) {
  const { opens, does } = createAdminOnly(deps.permissions);
  return { open: opens(prepare), turn: does(turn), exportAll: does(exportAll) };

  function prepare(interaction: Interaction): Promise<ModalView> {
    return renderPlace(interaction, NEWEST_ENTRIES);
  }

  async function turn(press: InModal<Press>): Promise<void> {
    const place = moveAudit(parseStoredPlace(readView(press.view).metadata.more), press.what, press.value);
    await replaceView(press.api, press.view, await renderPlace(press, place));
  }

  async function renderPlace({ api, actor: { teamId, userId } }: Interaction, place: AuditPlace): Promise<ModalView> {
    const query = { ...toAuditFilter(place, deps.now()), limit: AUDIT_PAGE_SIZE };
    const page = await readUntilFound((before) => deps.page(teamId, { ...query, before }), place.trail.at(-1));
    const about = page.entries.flatMap((entry) => ('unreadable' in entry ? [] : (entry.requestId ?? [])));
    const links = await findLinks(api, await deps.findThreads(teamId, [...new Set(about)]), userId);
    return renderAuditPage(userId, place, page, links);
  }

  async function exportAll(press: Press): Promise<void> {
    const { api, triggerId } = press;
    const waiting = await api.pushView(triggerId, renderNotice({ ...sentences.waiting, title: AUDIT.title }));
    const sent = send(press).then((done) => toPage(done ? AUDIT.exportDone : AUDIT.exportFailed));
    await openThenFill(api, waiting, sent, toPage(AUDIT.exportUnsure));
  }

  /** Sends the file to the person's DM; false where Slack did not accept it. */
  async function send({ api, actor: { teamId, userId } }: Interaction): Promise<boolean> {
    const entries = await readAll(teamId);
    const isCapped = entries.length === MAX_EXPORTED;
    const posted = await api.postMessage(userId, toMessage(AUDIT.exportStarts));
    try {
      const name = `audit-trail-${new Date(deps.now()).toISOString().slice(0, 10)}.csv`;
      const content = renderAuditCsv(entries);
      await api.uploadFiles(posted.channelId, [{ name, title: AUDIT.exportTitle, content }]);
    } catch (error) {
      if (!isOfSlack(error)) throw error;
      await api.updateMessage(posted.channelId, posted.ts, toMessage(AUDIT.exportFailed));
      return false;
    }
    const details = { entries: String(entries.length) };
    const note = deps.note({ teamId, userId, action: 'audit_exported', requestId: undefined, details });
    // The file has been sent, so no later failure may claim that nothing was done.
    await note.catch((error: unknown) => Promise.reject(new CommitInDoubtError(error)));
    const done = toMessage(AUDIT.exportMessage(entries.length, isCapped));
    await tryPatiently(() => api.updateMessage(posted.channelId, posted.ts, done)).catch(() => {});
    return true;
  }

  async function readAll(teamId: string): Promise<ListedEntry[]> {
    const entries: ListedEntry[] = [];
    let before: Cursor | undefined;
    while (entries.length < MAX_EXPORTED) {
      const page = await deps.page(teamId, { before, limit: READ_AT_ONCE });
      entries.push(...page.entries);
      if (page.next === undefined) break;
      before = page.next;
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
