import { z } from 'zod';
import type { SubmitResult } from '../api.ts';
import type { Core } from '../core.ts';
import { noteSecrets } from '../ledger/secret-watch.ts';
import type { Delivery } from '../ledger/traffic.ts';
import type { Installation, PersonRecord } from '../state/records.ts';
import { type OpenView, STACK_LIMIT } from '../state/views.ts';
import { anyObject } from '../web-api/args.ts';
import { checkView } from '../web-api/methods/view-methods.ts';
import { SlackApiError } from '../web-api/web-api-method.ts';
import { ClientRefusal, clientErrors } from './client-form.ts';
import { viewPayload } from './payloads.ts';
import { modalSeen } from './seen.ts';

const TROUBLE = 'We had some trouble connecting. Try again?';

const answer = z.discriminatedUnion('response_action', [
  z.strictObject({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.strictObject({ response_action: z.literal('update'), view: anyObject }),
  z.strictObject({ response_action: z.literal('push'), view: anyObject }),
  z.strictObject({ response_action: z.literal('clear') }),
]);

/** Presses the modal's submit button: what the client refuses is not sent; what the app answers is shown. */
export async function submitModal(core: Core, person: PersonRecord, open: OpenView): Promise<SubmitResult> {
  if (open.view.submit === null) throw new ClientRefusal('this modal has no submit button');
  open.trouble = undefined;
  open.errors = clientErrors(open);
  core.views.touch(open);
  if (Object.keys(open.errors).length > 0) return seen(core, person, open, 'kept_back', 0);
  const installation = owner(core, open);
  const payload = viewPayload({ core, person, installation }, 'view_submission', open);
  const delivery = await core.deliveries.deliver('interactive', installation.teamId, payload);
  noteSecrets(core, 'answer to view_submission', delivery.response);
  const status = delivery.outcome === 'ok' ? applyAnswer(core, open, installation, delivery) : delivery.outcome;
  if (status !== 'ok') open.trouble = TROUBLE;
  core.views.touch(open);
  return seen(core, person, open, status, delivery.ms);
}

/** Closes the top modal, or all of them; tells the app where it asked to know. */
export async function closeModals(core: Core, person: PersonRecord, open: OpenView, all: boolean): Promise<void> {
  const closing = all || open.view.clear_on_close ? [...core.views.stackOf(person.id)] : [open];
  if (closing.length === core.views.stackOf(person.id).length) core.views.clear(person.id);
  else core.views.close(open);
  await Promise.all(
    closing
      .filter(({ view }) => view.notify_on_close)
      .map((closed) => {
        const installation = owner(core, closed);
        const payload = viewPayload({ core, person, installation }, 'view_closed', closed, {
          is_cleared: all || closing.length > 1,
        });
        return core.deliveries.deliver('interactive', installation.teamId, payload);
      }),
  );
}

function applyAnswer(
  core: Core,
  open: OpenView,
  installation: Installation,
  { response }: Delivery,
): 'ok' | 'bad_answer' {
  if (response === undefined) {
    core.views.close(open);
    return 'ok';
  }
  const parsed = answer.safeParse(response);
  if (!parsed.success) return refuse(core, z.prettifyError(parsed.error));
  const given = parsed.data;
  try {
    switch (given.response_action) {
      case 'errors':
        return showErrors(core, open, given.errors);
      case 'update':
        core.views.update(open, checkView({ core, installation }, given.view, 'modal'));
        return 'ok';
      case 'push': {
        if (core.views.stackOf(open.userId).length >= STACK_LIMIT) return refuse(core, 'push_limit_reached');
        const { userId } = open;
        const content = checkView({ core, installation }, given.view, 'modal');
        core.views.open(content, { installation, userId, teamId: open.view.team_id, push: true });
        return 'ok';
      }
      case 'clear':
        core.views.clear(open.userId);
        return 'ok';
    }
  } catch (error) {
    if (!(error instanceof SlackApiError)) throw error;
    const listed = Array.isArray(error.details.errors) ? error.details.errors.join('; ') : '';
    return refuse(core, `${error.code} ${listed}`);
  }
}

/** Errors can stand under input blocks of this view only; with any other Slack shows that the app failed. */
function showErrors(core: Core, open: OpenView, errors: { [blockId: string]: string }): 'ok' | 'bad_answer' {
  const inputs = new Set(open.view.blocks.filter(({ type }) => type === 'input').map(({ block_id }) => block_id));
  const lost = Object.keys(errors).filter((blockId) => !inputs.has(blockId));
  if (lost.length > 0) return refuse(core, `errors for what is no input block: ${lost.join(', ')}`);
  if (Object.keys(errors).length === 0) return refuse(core, 'errors without any');
  open.errors = { ...errors };
  return 'ok';
}

function refuse(core: Core, why: string): 'bad_answer' {
  core.keeper.noteProblem(`answer to view_submission: ${why}`);
  return 'bad_answer';
}

function seen(
  core: Core,
  person: PersonRecord,
  open: OpenView,
  status: SubmitResult['status'],
  ms: number,
): SubmitResult {
  const top = core.views.top(person.id);
  return {
    status,
    errors: { ...open.errors },
    trouble: open.trouble,
    modal: top === undefined ? undefined : modalSeen(core, top),
    ms,
  };
}

function owner(core: Core, { view }: OpenView): Installation {
  const { installation } = core.state.getWorkspace(view.app_installed_team_id);
  if (installation === undefined) throw new ClientRefusal('the app that showed this is not installed any more');
  return installation;
}
