import { z } from 'zod';
import { findBlockKitProblems } from '../../block-kit/block-kit-problems.ts';
import type { Core } from '../../core.ts';
import { placedElements } from '../../state/elements.ts';
import type { TriggerOrigin } from '../../state/triggers.ts';
import { type OpenView, STACK_LIMIT, type ViewContent } from '../../state/views.ts';
import { isVisiblePerson } from '../../state/visible-channels.ts';
import { viewJson } from '../../state/wire.ts';
import { anyObject, block, json } from '../args.ts';
import {
  botMethod,
  type CallContext,
  errorMessages,
  type Method,
  requireScope,
  SlackApiError,
} from '../web-api-method.ts';

const view = json(anyObject);
const SIZE_LIMIT = 250_000;

const triggerArgs = { trigger_id: z.string().optional(), interactivity_pointer: z.string().optional(), view };

export const viewMethods: { [name: string]: Method } = {
  'views.open': botMethod(undefined, triggerArgs, (context, args) => openView(context, args, false)),

  'views.push': botMethod(undefined, triggerArgs, (context, args) => openView(context, args, true)),

  'views.update': botMethod(
    undefined,
    { view_id: z.string().optional(), external_id: z.string().optional(), hash: z.string().optional(), view },
    (context, { view_id, external_id, hash, view: given }) => {
      const { core, installation } = context;
      const open = core.views.find(
        (candidate) =>
          candidate.view.app_installed_team_id === installation.teamId &&
          (view_id !== undefined
            ? candidate.view.id === view_id
            : candidate.view.external_id === external_id && external_id !== ''),
      );
      const content = checkView(context, given, open?.view.type ?? 'modal');
      if (open === undefined) throw new SlackApiError('not_found');
      if (hash !== undefined && hash !== open.view.hash) throw new SlackApiError('hash_conflict');
      checkExternalId(core, content, open);
      core.views.update(open, content);
      return { view: viewJson(open) };
    },
  ),

  'views.publish': botMethod(
    undefined,
    { user_id: z.string(), hash: z.string().optional(), view },
    (context, { user_id, hash, view: given }) => {
      const { core, installation } = context;
      const content = checkView(context, given, 'home');
      const person = core.state.people.get(user_id);
      if (person === undefined || !isVisiblePerson(core.state, installation, person)) {
        throw new SlackApiError('invalid_arguments', errorMessages(['user not found [json-pointer:/user_id]']));
      }
      const before = core.views.homeOf(installation.teamId, user_id);
      if (hash !== undefined && before !== undefined && hash !== before.view.hash)
        throw new SlackApiError('hash_conflict');
      return { view: viewJson(core.views.publish(content, { installation, userId: user_id })) };
    },
  ),
};

function openView(
  context: CallContext,
  { trigger_id, view: given }: { trigger_id?: string | undefined; view: { [key: string]: unknown } },
  push: boolean,
) {
  const { core, installation } = context;
  const content = checkView(context, given, 'modal');
  checkExternalId(core, content, undefined);
  const origin: TriggerOrigin | string = core.triggers.take(trigger_id ?? '', installation.teamId);
  if (typeof origin === 'string') throw new SlackApiError(origin);
  const stack = core.views.stackOf(origin.userId);
  const onTop = push || origin.fromModal;
  if (push && stack.length === 0) throw new SlackApiError('not_found');
  if (onTop && stack.length >= STACK_LIMIT) throw new SlackApiError('push_limit_reached');
  const { teamId } = core.state.getPerson(origin.userId);
  const open = core.views.open(content, {
    installation,
    userId: origin.userId,
    teamId,
    push: onTop,
    conversation: origin.conversation,
  });
  return { view: viewJson(open) };
}

const viewShape = z.looseObject({ type: z.enum(['modal', 'home']), blocks: z.array(block) });

/**
 * Checks a view the app sent, by whatever way it came; throws Slack's `invalid_arguments` where it breaks a limit, and
 * `missing_scope` where it asks for a file without `files:read`.
 */
export function checkView(
  context: CallContext,
  given: { [key: string]: unknown },
  type: 'modal' | 'home',
): ViewContent {
  const { core } = context;
  core.keeper.notePayload(type, given);
  if (JSON.stringify(given).length > SIZE_LIMIT) throw new SlackApiError('view_too_large');
  const problems = findBlockKitProblems(type, given);
  const parsed = viewShape.safeParse(given);
  if (problems.length === 0 && parsed.success) {
    const takesFiles = placedElements(parsed.data.blocks).some((placed) => placed.type === 'file_input');
    if (takesFiles) requireScope(context, 'files:read');
    return parsed.data;
  }
  const shown = problems.length > 0 ? problems : ['must be a view [json-pointer:/]'];
  throw new SlackApiError(
    'invalid_arguments',
    errorMessages(shown.map((problem) => problem.replace('[json-pointer:', '[json-pointer:/view'))),
  );
}

function checkExternalId(core: Core, content: ViewContent, replaced: OpenView | undefined): void {
  if (typeof content.external_id !== 'string' || content.external_id === '') return;
  const taken = core.views.find((open) => open.view.external_id === content.external_id);
  if (taken !== undefined && taken !== replaced) throw new SlackApiError('duplicate_external_id');
}
