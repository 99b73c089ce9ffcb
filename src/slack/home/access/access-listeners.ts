import type {
  AccessDecision,
  AccessRequest,
  Decided,
  MadeDecision,
  PostedMessage,
} from '../../../add-inbox/people/access-request.ts';
import type { WorkspaceSettings } from '../../../add-inbox/people/workspace-settings.ts';
import type { InModal, Press } from '../../bolt/interaction.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { replaceView } from '../../modals/replace-view.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import { findNotice, type Permissions } from '../../permissions/permissions.ts';
import type { Notice } from '../../sentences/common.ts';
import { ACCESS, ACCESS_NOTICES } from '../../sentences/settings.ts';
import { isOfSlack, type SlackApi } from '../../web-api/slack-api.ts';
import { tryPatiently } from '../../web-api/try-patiently.ts';
import { renderAccessRequest, renderDecision } from './access-messages.ts';

/** "Request access" for members who may not add inboxes, and the decision of an admin. */
export function createAccessPages(deps: {
  permissions: Permissions;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  requests: {
    /** False where the person has asked within a day. */
    ask(request: AccessRequest): Promise<boolean>;
    withdraw(id: string): Promise<void>;
    /** The decision, if an admin has made it while others were still being asked. */
    noteMessages(request: AccessRequest, messages: PostedMessage[]): Promise<MadeDecision | undefined>;
    decide(teamId: string, id: string, adminId: string, decision: AccessDecision): Promise<Decided>;
    /** The people who have done what only admins can. */
    listAdmins(teamId: string): Promise<string[]>;
  };
  newReference(): string;
}) {
  const { does } = createAdminOnly(deps.permissions);
  const { requests } = deps;
  return { request, approve: does(decideAs('approved')), decline: does(decideAs('declined')) };

  async function request(press: InModal<Press>): Promise<void> {
    const { api, actor, view, triggerId } = press;
    const settings = await deps.findSettings(actor.teamId);
    const { permission, mayAdd } = await deps.permissions.checkMember(press, settings.whoMayAdd);
    const denial = findNotice(permission);
    if (denial !== undefined) {
      await api.pushView(triggerId, renderNotice(denial));
      return;
    }
    const notice = mayAdd.kind === 'allowed' ? ACCESS_NOTICES.mayAdd : await ask(press, settings);
    await replaceView(api, view, renderNotice(notice));
  }

  async function ask({ api, actor: { teamId, userId } }: Press, { whoMayAdd }: WorkspaceSettings): Promise<Notice> {
    const id = deps.newReference();
    const request = { id, teamId, userId };
    if (!(await requests.ask(request))) return ACCESS_NOTICES.askedBefore;
    const message = renderAccessRequest(id, userId, whoMayAdd.kind !== 'chosen');
    const adminIds = await requests.listAdmins(teamId);
    const posts = await Promise.all(
      adminIds.map(async (adminId) =>
        (await isAdmin(api, adminId)) ? orNothing(api.postMessage(adminId, message)) : undefined,
      ),
    );
    const messages = posts.filter((post) => post !== undefined);
    if (messages.length === 0) {
      await requests.withdraw(id);
      return ACCESS_NOTICES.nobodyReached;
    }
    const decided = await requests.noteMessages(request, messages);
    if (decided !== undefined) await tellAdmins(api, messages, decided, userId);
    return ACCESS_NOTICES.asked(messages.length);
  }

  function decideAs(decision: AccessDecision): (press: Press) => Promise<void> {
    return async ({ api, actor, value, triggerId }) => {
      const decided = await requests.decide(actor.teamId, value, actor.userId, decision);
      if (decided.kind !== 'decided') {
        await api.openView(triggerId, renderNotice(sayWhyNot(decided)));
        return;
      }
      const { userId: by } = actor;
      const toPerson = renderDecision(ACCESS[decision].toPerson(`<@${by}>`));
      // The decision is stored. Slack's trouble with a message must not look as if it was not.
      await Promise.all([
        tellAdmins(api, decided.messages, { decision, by }, decided.userId),
        orNothing(tryPatiently(() => api.postMessage(decided.userId, toPerson))),
      ]);
    };
  }
}

async function tellAdmins(
  api: SlackApi,
  messages: PostedMessage[],
  { decision, by }: MadeDecision,
  userId: string,
): Promise<void> {
  const told = renderDecision(ACCESS[decision].toAdmins(`<@${userId}>`, `<@${by}>`));
  await Promise.all(messages.map(({ channelId, ts }) => orNothing(api.updateMessage(channelId, ts, told))));
}

function sayWhyNot(decided: Exclude<Decided, { kind: 'decided' }>): Notice {
  return decided.kind === 'decided_before'
    ? ACCESS_NOTICES.decidedBefore(`<@${decided.by}>`)
    : ACCESS_NOTICES[decided.kind];
}

async function isAdmin(api: SlackApi, userId: string): Promise<boolean> {
  const user = await orNothing(api.findUser(userId));
  return user !== undefined && !user.deleted && (user.is_admin || user.is_owner);
}

async function orNothing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isOfSlack(error)) return undefined;
    throw error;
  }
}
