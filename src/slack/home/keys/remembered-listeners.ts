import type { ModalView } from '@slack/types';
import { fromStoredName, type OwnerName } from '../../../add-inbox/keys/key-owner.ts';
import type { ListedDomain, RememberedSearch } from '../../../add-inbox/keys/remembered.ts';
import type { Actor, InModal, Press } from '../../bolt/interaction.ts';
import { replaceView } from '../../modals/replace-view.ts';
import type { SubmissionAnswer } from '../../modals/submission-answer.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import {
  parseRememberedPage,
  REMEMBERED_PAGE_SIZE,
  type RememberedCursor,
  renderRememberedPage,
} from './remembered-page.ts';

/** Slack requires a value with every button. No client is called this. */
export const WORKSPACE_VALUE = ' ';

/** Shows what is remembered of inboxes that were added, and forgets it, for admins and owners. */
export function createRememberedPages(deps: {
  permissions: Permissions;
  page(teamId: string, owner: OwnerName, search: RememberedSearch): Promise<ListedDomain[]>;
  forget(teamId: string, userId: string, what: { owner?: OwnerName; domain?: string }): Promise<void>;
}) {
  const { opens, submits, does } = createAdminOnly(deps.permissions);
  return {
    open: opens(prepare),
    search: submits(search),
    turn: does(turn),
    forgetDomain: does((press: InModal<Press>) => forget(press, ({ owner }) => ({ owner, domain: press.value }))),
    forgetOwner: does((press: InModal<Press>) => forget(press, ({ owner }) => ({ owner }))),
    forgetEverything: does((press: InModal<Press>) => forget(press, () => ({}))),
  };

  async function prepare({ actor, value }: Press): Promise<ModalView> {
    const owner = fromStoredName(value === WORKSPACE_VALUE ? '' : value);
    return render(actor, { owner, contains: '', skip: 0 });
  }

  async function search({ actor, view }: InModal): Promise<SubmissionAnswer> {
    const { owner, typed } = parseRememberedPage(view);
    return { response_action: 'update', view: await render(actor, { owner, contains: typed, skip: 0 }) };
  }

  async function turn({ api, actor, view, value }: InModal<Press>): Promise<void> {
    const skip = /^\d{1,9}$/.test(value) ? Number(value) : 0;
    await replaceView(api, view, await render(actor, { ...parseRememberedPage(view), skip }));
  }

  /** Then the page begins with the first domain again. */
  async function forget(
    { api, actor, view }: InModal<Press>,
    choose: (shown: { owner: OwnerName }) => { owner?: OwnerName; domain?: string },
  ): Promise<void> {
    const shown = parseRememberedPage(view);
    await deps.forget(actor.teamId, actor.userId, choose(shown));
    await replaceView(api, view, await render(actor, { ...shown, skip: 0 }));
  }

  async function render({ teamId, userId }: Actor, { owner, contains, skip }: RememberedCursor): Promise<ModalView> {
    const found = await deps.page(teamId, owner, { contains, skip, limit: REMEMBERED_PAGE_SIZE + 1 });
    return renderRememberedPage(userId, { owner, contains, skip }, found);
  }
}
