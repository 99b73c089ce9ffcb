import type { OwnerName } from '../../../add-inbox/keys/key-owner.ts';
import type { Click, InModal, Press } from '../../bolt/interaction.ts';
import type { FormToOpen } from '../../form/open-form.ts';
import { parseWhoPage } from '../../form/who-page.ts';

type ManyFormToOpen = {
  context: FormToOpen['context'];
  /** The batch whose failed rows are to be replaced, and the owner of its key. */
  fix?: { batchId: string; owner: OwnerName };
  /** Rows without passwords, at most 3,000 characters. */
  pasted?: string | undefined;
};

export type OpenManyForm = (click: Click, form: ManyFormToOpen) => Promise<void>;

/** Opens the form for many inboxes, under the rules of the form for one. Throws the errors of the store and of Slack's API. */
export function createOpenManyForm(openForm: (click: Click, form: FormToOpen) => Promise<void>) {
  return { open, openFromForm, openFromHome };

  function open(click: Click, { context, fix, pasted }: ManyFormToOpen): Promise<void> {
    const batch = fix === undefined ? {} : { fixOf: fix.batchId };
    return openForm(click, { context: { ...context, batch, pasted }, draft: {}, owner: fix?.owner });
  }

  /** The button on page 1 of the form for one inbox. A typed address becomes the first row. */
  function openFromForm(press: InModal<Press>): Promise<void> {
    const { context, draft } = parseWhoPage(press.view);
    return open(press, { context: { ...context, generation: context.generation + 1 }, pasted: draft.email_address });
  }

  /** The Home has no channel, so the results go to the person's direct messages. */
  function openFromHome(press: Press): Promise<void> {
    const { userId: channelId } = press.actor;
    return open(press, { context: { channelId, generation: 0 } });
  }
}
