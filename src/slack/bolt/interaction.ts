import type { SlackApi } from '../web-api/slack-api.ts';
import type { ActionPayload, CommandPayload, ViewPayload } from './payloads.ts';

/** The acting person, and the workspace of the bot they use. */
export type Actor = {
  /** The workspace the bot is installed in, as authorized. */
  teamId: string;
  userId: string;
  /** The person's own workspace or organization in the payload; differs in shared channels and on Enterprise Grid. */
  ownTeamId: string;
};

/** A person's action in Slack, and the only parameter of every listener. Opening the Home has no further fields. */
export type Interaction = {
  /** The listener's name, for the audit trail. */
  what: string;
  actor: Actor;
  /** Acts with the token of the actor's workspace. */
  api: SlackApi;
  /** The bot's modal that the action was made in; undefined in a message or the Home. */
  view: ViewPayload | undefined;
  /** When the bot received it, by `performance.now()`. Slack waits 3 s for an answer. */
  startedAt: number;
};

/** An interaction that can open a modal, within 3 s of the click. */
export type Click = Interaction & { triggerId: string };

export type CommandUse = Click & { command: CommandPayload; ack(text?: string): Promise<void> };

/** A click on a button or checkbox, or a choice in a menu. */
export type Press = Click & {
  /** The value of the button or of what was chosen, '' without one. */
  value: string;
  /** The `private_metadata` of the modal or Home it was made in; undefined in a message. */
  metadata?: string | undefined;
  /** Set only for a button in a message. */
  responseUrl: string | undefined;
};

/** An interaction in one of our modals: a submission, or a press. */
export type InModal<Done extends Interaction = Interaction> = Done & { view: ViewPayload };

/** Where the payload names no workspace for the person, `ownTeamId` is the workspace they act in. */
export function actorOf(payload: Pick<ActionPayload, 'team' | 'user'>, teamId: string): Actor {
  return { teamId, userId: payload.user.id, ownTeamId: payload.user.team_id ?? payload.team?.id ?? teamId };
}
