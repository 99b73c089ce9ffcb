import { setTimeout as sleepFor } from 'node:timers/promises';
import type { ModalView } from '@slack/types';
import type { Detection, FindServers } from '../../../add-inbox/account/detection.ts';
import { domainOf } from '../../../add-inbox/account/email-address.ts';
import type { PasswordEntry } from '../../../add-inbox/people/workspace-settings.ts';
import { answerInTime } from '../../../add-inbox/worker/time-limit.ts';
import type { InModal } from '../../bolt/interaction.ts';
import { replaceView, unlessOutdated } from '../../modals/replace-view.ts';
import type { SubmissionAnswer } from '../../modals/submission-answer.ts';
import { withFound } from '../draft-defaults.ts';
import { toBlockErrors } from '../field-errors.ts';
import { type Draft, SERVER_FIELDS } from '../fields.ts';
import type { FormContext } from '../form-metadata.ts';
import { renderHowPage } from '../how-page.ts';
import { toFound } from './found.ts';
import { findAddressProblem } from './found-blocks.ts';

/** How long a person waits for the servers of an address. A later answer fills in the open page. */
const FIND_WITHIN_MS = 1_000;

/** Slack shows an answer some time after it was sent. An update that overtakes the answer would be undone by it. */
const SHOWN_AFTER_MS = 500;

/** Shows page 2 of the form with the servers that the bot found for the draft's address. */
export function createSearchServers({
  findServers,
  findEntry,
  sleep = sleepFor,
}: {
  findServers: FindServers;
  /** Where the person enters the password. */
  findEntry(submission: InModal): Promise<PasswordEntry>;
  sleep?: (ms: number) => Promise<unknown>;
}) {
  /** Replaces the pages that were shown before there was an answer. */
  const later = new WeakMap<SubmissionAnswer, Promise<ModalView>>();
  return { answerWho, answerHow, fillIn, recall };

  /** Answers page 1: with an error where nothing can be added with the address, else with page 2. */
  async function answerWho(submission: InModal, context: FormContext, draft: Draft): Promise<SubmissionAnswer> {
    const { domain, searching, first, passwordEntry } = await search(submission, context, draft);
    const problem = findAddressProblem(toFound(domain, first));
    if (problem !== undefined) {
      return { response_action: 'errors', errors: toBlockErrors({ email_address: problem }, submission.view) };
    }
    const pageFor = (detection: Detection | undefined) =>
      renderHowPage({ context, draft: withFound(draft, toFound(domain, detection)), passwordEntry });
    const answer: SubmissionAnswer = { response_action: 'update', view: pageFor(first) };
    if (first === undefined) later.set(answer, searching.then(pageFor));
    return answer;
  }

  /**
   * Answers page 2 that was submitted before the servers were filled in: the person sees them first. The fields keep their ids, so
   * nothing that was typed is lost.
   */
  async function answerHow(submission: InModal, context: FormContext, draft: Draft): Promise<SubmissionAnswer> {
    const { domain, first = { kind: 'not_found' }, passwordEntry } = await search(submission, context, draft);
    const page = renderHowPage({ context, draft: withFound(draft, toFound(domain, first)), passwordEntry });
    return { response_action: 'update', view: page };
  }

  /** The draft with the servers of the last inbox with its domain, where that had another provider, too. What was typed stays. */
  async function recall({ actor }: InModal, { owner }: FormContext, draft: Draft): Promise<Draft> {
    const { email_address: address = '', inbox_type } = draft;
    if (inbox_type !== 'CUSTOM_SMTP' || SERVER_FIELDS.some((field) => draft[field] !== undefined)) return draft;
    const { teamId, userId } = actor;
    const last = toFound(domainOf(address), await findServers({ teamId, userId, owner, address }));
    return last.by === 'added_before' && last.inbox_type === inbox_type ? { ...draft, ...last.servers } : draft;
  }

  /** Runs after page 2 is shown. Servers that are found later are filled in, unless the page has changed by then. */
  async function fillIn({ api, view }: InModal, answer: SubmissionAnswer | undefined): Promise<void> {
    const filled = answer && later.get(answer);
    if (filled === undefined || answer?.response_action !== 'update') return;
    await sleep(SHOWN_AFTER_MS);
    // The same page once more: only Slack's answer to a call has the hash of the view.
    const shown = await unlessOutdated(api.updateView(view.id, answer.view));
    const page = await filled;
    if (shown !== undefined) await replaceView(api, shown, page);
  }

  /** `first` is undefined where there is no answer yet. */
  async function search(submission: InModal, { owner }: FormContext, { email_address: address = '' }: Draft) {
    const { teamId, userId } = submission.actor;
    const searching = findServers({ teamId, userId, owner, address });
    const [first, passwordEntry] = await Promise.all([
      answerInTime<Detection | undefined>(searching, FIND_WITHIN_MS, () => undefined),
      findEntry(submission),
    ]);
    return { domain: domainOf(address), searching, first, passwordEntry };
  }
}
