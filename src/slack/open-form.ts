import type { ModalView } from '@slack/types';
import type { ColdsendKey } from '../add-inbox/coldsend-key.ts';
import { isUsable } from '../add-inbox/next-step.ts';
import type { Draft, FormContext } from './form/form-context.ts';
import { renderWhoPage } from './form/who-page.ts';
import { renderKeyForm } from './key-form.ts';
import { renderNotice } from './notice-page.ts';
import type { Actor } from './payloads.ts';
import type { Right, Rights } from './rights.ts';
import { sentences } from './sentences.ts';
import { type SlackApi, SlackRefusedError } from './slack-api.ts';

export type FormToOpen = { actor: Actor; triggerId: string; context: FormContext; draft: Draft };

/**
 * Opens the form as the first call to Slack, since a trigger lives three seconds. Who was looked up in the last minute gets
 * it at once; for anybody else a waiting page opens and becomes the form, or the refusal, when Slack has said who they are.
 * Throws what the store or Slack's API throws.
 */
export function createOpenForm(deps: {
  rights: Rights;
  findKey(teamId: string): Promise<ColdsendKey | undefined>;
}): (api: SlackApi, form: FormToOpen) => Promise<void> {
  return async (api, form) => {
    const { actor, triggerId } = form;
    const known = deps.rights.recall(actor);
    if (known !== undefined) {
      await api.openView(triggerId, firstPage(known, await deps.findKey(actor.teamId), form));
      return;
    }
    const [opened, right] = await Promise.all([
      api.openView(triggerId, renderNotice(sentences.waiting)),
      deps.rights.check(api, actor),
    ]);
    const page = firstPage(right, await deps.findKey(actor.teamId), form);
    await api.updateView(opened.id, page, opened.hash).catch((error: unknown) => {
      // They closed the waiting page.
      if (!(error instanceof SlackRefusedError && error.reason === 'not_found')) throw error;
    });
  };
}

/** What somebody gets to see who wants to add an inbox. */
function firstPage(right: Right, key: ColdsendKey | undefined, { context, draft }: FormToOpen): ModalView {
  if (right.kind === 'unknown') return renderNotice(sentences.whoAreYou);
  if (right.kind === 'refused') return renderNotice(sentences.refusals[right.why]);
  if (isUsable(key)) return renderWhoPage({ context, draft });
  if (right.person.isAdmin) return renderKeyForm({ context, draft, current: key });
  return renderNotice(key === undefined ? sentences.noKey : sentences.keyRefused);
}
