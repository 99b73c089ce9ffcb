import { App, type AuthorizeResult, type Logger, type Receiver } from '@slack/bolt';
import type { FetchFunction } from '@slack/web-api';
import { CommitInDoubtError } from '../../add-inbox/request/commit-in-doubt-error.ts';
import { dropOldest } from '../../operations/drop-oldest.ts';
import { renderSection } from '../blocks/blocks.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { EVENTS } from '../ids.ts';
import { type Installed, NotInstalledError } from '../install/installations.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { pushNotice } from '../modals/submission-answer.ts';
import { EPHEMERAL, sentences } from '../sentences/notices.ts';
import { notInstalledText } from '../thread/ephemeral.ts';
import { isRefusal, NotOpenedError, type SlackApi } from '../web-api/slack-api.ts';
import { isTriggerUsed } from '../web-api/slack-errors.ts';
import { createIsCopy } from './copies.ts';
import { actorOf, type Interaction, type Press } from './interaction.ts';
import type { Listeners } from './listeners.ts';
import {
  type ActionPayload,
  actionPayload,
  commandPayload,
  homeOpenedPayload,
  leavingPayload,
  submissionPayload,
  type ViewPayload,
} from './payloads.ts';

type BoltAppDeps = {
  receiver: Receiver;
  listeners: Listeners;
  /** Finds the workspace's token. Throws where the bot isn't installed there. */
  authorize(teamId: string | undefined): Promise<Installed>;
  apiOf(token: string): SlackApi;
  fetch: FetchFunction;
  /** Sends a message that only one person sees; false where Slack did not accept it. */
  respond(responseUrl: string, text: string): Promise<boolean>;
  /** The page where admins can install the bot themselves. */
  installUrl: string | undefined;
  slackApiUrl: string;
  logger: Logger;
  /** Logs a failure once and returns its reference in the log. */
  onFailure(listener: string, error: unknown): string;
  /** A request came from a workspace without the bot. The person gets a message, and nothing else happens. */
  onStranger(): void;
  onAck(listener: string, ms: number): void;
};

type Context = { teamId?: string | undefined; botToken?: string | undefined; unauthorized?: unknown };

const MAX_USED_VIEWS = 1_000;

/**
 * Bolt with one listener for each row of the table. Each parses, acts and answers. A thrown error is logged once and shown to
 * the person with a reference. The request is acknowledged in any case: if a listener throws before its ack, the person sees
 * only Slack's own "trouble connecting".
 */
export function createBoltApp(deps: BoltAppDeps): App {
  const { listeners } = deps;
  const isCopy = createIsCopy();
  const app = new App({
    receiver: deps.receiver,
    // Where `authorize` throws, Bolt acknowledges without a message to the person.
    authorize: ({ teamId, isEnterpriseInstall }): Promise<AuthorizeResult> =>
      authorize(teamId, isEnterpriseInstall).catch((unauthorized: unknown) => ({ unauthorized })),
    logger: deps.logger,
    clientOptions: { slackApiUrl: deps.slackApiUrl, fetch: deps.fetch, retryConfig: { retries: 0 } },
    convoStore: false,
    ignoreSelf: false,
  });
  app.error(async (error) => void deps.onFailure('bolt', error));
  /** The external ids of views that a person has used. These were open, even if Slack's answer did not confirm it. */
  const usedViews = new Set<string>();

  for (const [name, listener] of Object.entries(listeners.commands)) {
    app.command(name, async ({ body, ack, context }) => {
      const answer = answerOnce(name, (text?: string) => ack(text ?? ''));
      await guarded(name, {
        run: async () => {
          const command = commandPayload.parse(body);
          const { trigger_id: triggerId, team_id, user_id } = command;
          if (isCopy(triggerId)) return answer();
          const interaction = interactionIn(name, { team: { id: team_id }, user: { id: user_id } }, context);
          await listener({ ...interaction, triggerId, command, ack: answer });
        },
        apologize: async (text) => {
          if (!answer.done) return answer(text);
          if (await deps.respond(body.response_url, text)) return;
          await sayInDm(text, body.user_id, context);
        },
      });
    });
  }

  for (const [name, listener] of Object.entries(listeners.submissions)) {
    app.view(name, async ({ body, ack, context }) => {
      const answer = answerOnce(name, (response: Awaited<ReturnType<typeof listener>>) => ack(response));
      await guarded(name, {
        run: async () => {
          const payload = submissionPayload.parse(body);
          noteUsed(payload.view);
          const submission = { ...interactionIn(name, payload, context), view: payload.view };
          const given = await listener(submission);
          await answer(given);
          await listeners.afterSubmission[name]?.(submission, given);
        },
        apologize: async (text) => {
          if (!answer.done) await answer(pushNotice({ ...sentences.failed, paragraphs: [text] }));
        },
      });
    });
  }

  for (const [name, listener] of Object.entries(listeners.closings)) {
    app.view({ callback_id: name, type: 'view_closed' }, async ({ body, ack, context }) => {
      const answer = answerOnce(name, () => ack());
      await guarded(name, {
        run: async () => {
          await answer();
          const payload = submissionPayload.parse(body);
          await listener({ ...interactionIn(name, payload, context), view: payload.view });
        },
        apologize: async () => {},
      });
    });
  }

  for (const [name, listener] of Object.entries(listeners.viewActions)) {
    onAction(name, async (press, view) => {
      if (view !== undefined) await listener({ ...press, view });
    });
  }
  for (const [name, listener] of Object.entries(listeners.actions)) onAction(name, listener);

  for (const [name, listener] of Object.entries(listeners.events)) {
    app.event(name, async ({ body, context }) => {
      await guarded(name, {
        run: async () => {
          const { event, team_id } = homeOpenedPayload.parse(body);
          if (event.tab !== 'home') return;
          await listener(interactionIn(name, { team: { id: team_id }, user: { id: event.user } }, context));
        },
        apologize: async () => {},
      });
    });
  }

  for (const [name, listener] of Object.entries(listeners.lifecycle)) {
    app.event(name, async ({ body }) => {
      await guarded(name, {
        run: async () => {
          const { team_id, event_time, event } = leavingPayload.parse(body);
          const revoked = name === EVENTS.revoked ? (event.tokens?.bot ?? []) : undefined;
          await listener({ teamId: team_id, at: event_time * 1000, revoked });
        },
        apologize: async () => {},
      });
    });
  }

  return app;

  function onAction(name: string, listener: (press: Press, view: ViewPayload | undefined) => Promise<void>): void {
    app.action({ type: 'block_actions', action_id: name }, async ({ body, ack, context }) => {
      const answer = answerOnce(name, () => ack());
      await guarded(name, {
        run: async () => {
          await answer();
          const payload = actionPayload.parse(body);
          const { trigger_id: triggerId, response_url: responseUrl, view, actions } = payload;
          if (isCopy(triggerId)) return;
          noteUsed(view);
          const pressed = { triggerId, value: chosenIn(actions), responseUrl, metadata: view?.private_metadata };
          await listener({ ...interactionIn(name, payload, context), ...pressed }, view);
        },
        apologize: (text) => apologizeForAction(text, body, context),
      });
    });
  }

  async function apologizeForAction(text: string, body: unknown, context: Context): Promise<void> {
    const parsed = actionPayload.safeParse(body);
    if (!parsed.success) return;
    const { view, response_url, trigger_id, user }: ActionPayload = parsed.data;
    if (response_url !== undefined && (await deps.respond(response_url, text))) return;
    // Pushed on top, so that closing it leaves the person's input in place.
    const notice = renderNotice({ ...sentences.failed, paragraphs: [text] });
    if (view?.type === 'modal' && (await isTaken(() => apiFor(context).pushView(trigger_id, notice)))) return;
    await sayInDm(text, user.id, context);
  }

  async function sayInDm(text: string, userId: string, context: Context): Promise<void> {
    const message = { text, blocks: [renderSection('said', mrkdwn(text))] };
    await isTaken(() => apiFor(context).postMessage(userId, message));
  }

  async function guarded(
    name: string,
    { run, apologize }: { run(): Promise<void>; apologize(text: string): Promise<void> },
  ): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (error instanceof NotInstalledError) {
        deps.onStranger();
        return apologize(notInstalledText(error.why, deps.installUrl));
      }
      if (isUsedElsewhere(error)) return;
      const reference = deps.onFailure(name, error);
      if (error instanceof NotOpenedError && usedViews.has(error.externalId)) return;
      await apologize(apologyFor(error)(reference));
    }
  }

  function answerOnce<Answer extends unknown[]>(name: string, ack: (...answer: Answer) => Promise<void>) {
    const startedAt = performance.now();
    const answer = async (...given: Answer): Promise<void> => {
      answer.done = true;
      await ack(...given);
      deps.onAck(name, performance.now() - startedAt);
    };
    answer.done = false;
    return answer;
  }

  async function authorize(teamId: string | undefined, isEnterpriseInstall: boolean): Promise<Installed> {
    if (isEnterpriseInstall) throw new NotInstalledError('org_wide');
    return deps.authorize(teamId);
  }

  function noteUsed(view: ActionPayload['view']): void {
    if (!view?.external_id) return;
    usedViews.add(view.external_id);
    dropOldest(usedViews, MAX_USED_VIEWS);
  }

  function apiFor({ botToken, unauthorized }: Context): SlackApi {
    if (unauthorized !== undefined) throw unauthorized;
    if (botToken === undefined) throw new TypeError('authorize gave no token');
    return deps.apiOf(botToken);
  }

  function interactionIn(what: string, payload: Parameters<typeof actorOf>[0], context: Context): Interaction {
    const api = apiFor(context);
    if (context.teamId === undefined) throw new TypeError('authorize gave no workspace');
    const actor = actorOf(payload, context.teamId);
    return { what, actor, api, view: undefined, startedAt: performance.now() };
  }
}

/** The sentence takes the reference that finds the failure in the log. */
function apologyFor(error: unknown): (reference: string) => string {
  if (error instanceof CommitInDoubtError) return EPHEMERAL.perhapsDone;
  if (!(error instanceof NotOpenedError)) return EPHEMERAL.failed;
  return error.isCertain ? EPHEMERAL.notOpened : EPHEMERAL.perhapsOpened;
}

/** The value of a button, or of what was chosen in a menu; '' for a menu that was emptied. */
function chosenIn([action]: ActionPayload['actions']): string {
  return action?.value ?? action?.selected_option?.value ?? action?.selected_user ?? '';
}

/** True where Slack accepted a further try to reach the person. A failure of that try is not reported. */
async function isTaken(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch {
    return false;
  }
}

/** Another replica received a copy of the interaction and has used its trigger. */
function isUsedElsewhere(error: unknown): boolean {
  return isRefusal(error, isTriggerUsed);
}
