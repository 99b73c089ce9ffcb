import type { SlackApi } from '../web-api/slack-api.ts';
import type { ActionPayload, CommandPayload, ViewPayload } from './payloads.ts';

/** Who acts, and in which workspace the bot was asked. */
export type Actor = {
  /** The workspace the bot is installed in, as authorized. */
  teamId: string;
  userId: string;
  /** A workspace of theirs, or their organization, as the payload says; it differs in shared channels and on Enterprise Grid. */
  ownTeamId: string;
};

/** What a person does in Slack: the one parameter of every listener. Opening the Home is nothing more than this. */
export type Interaction = {
  /** The listener's name, for the audit trail. */
  what: string;
  actor: Actor;
  /** Acts with the token of the actor's workspace. */
  api: SlackApi;
  /** Our modal that it is done in, undefined in a message or the Home. */
  view: ViewPayload | undefined;
  /** When the bot got it, by `performance.now()`. Slack waits 3 s for an answer. */
  startedAt: number;
};

/** Something that a modal can be opened for, within 3 s of the click. */
export type Click = Interaction & { triggerId: string };

export type CommandUse = Click & { command: CommandPayload; ack(text?: string): Promise<void> };

/** A button or box. */
export type Press = Click & {
  /** The button's value, '' without one. */
  value: string;
  /** For a button in a message. */
  responseUrl: string | undefined;
};

/** An interaction in one of our modals: a submission, or a press. */
export type InModal<Done extends Interaction = Interaction> = Done & { view: ViewPayload };

/** Where the payload names no workspace of the person, it is the one they act in. */
export function actorOf(payload: Pick<ActionPayload, 'team' | 'user'>, teamId: string): Actor {
  return { teamId, userId: payload.user.id, ownTeamId: payload.user.team_id ?? payload.team?.id ?? teamId };
}
