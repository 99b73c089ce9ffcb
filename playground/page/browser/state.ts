import type { JsonObject } from '../../local-slack/local-slack.ts';
import type { Act, ActResult } from '../act.ts';
import type { ConversationSeen, Snapshot } from '../snapshot.ts';
import type { TrafficDetail } from '../traffic.ts';

/** Where the person is: a conversation, or a tab of the app. */
export type Place = { kind: 'conversation'; id: string } | { kind: 'app'; tab: 'home' | 'messages' };

/** What Slackbot tells one person; never sent anywhere. */
export type Note = { userId: string; channelId: string; text: string; at: number };

export type State = {
  snapshot: Snapshot;
  isConnected: boolean;
  place: Place;
  thread: { channelId: string; ts: string } | undefined;
  /** What a narrow screen shows. */
  pane: 'channels' | 'conversation' | 'thread' | 'bench';
  bench: 'coldsend' | 'traffic';
  /** Text in each composer, by the conversation's or thread's id. */
  drafts: { [id: string]: string };
  /** The chosen line of the command menu; undefined while it is closed. */
  completion: number | undefined;
  notes: Note[];
  /** A question that a button asks first. */
  question: { confirm: JsonObject; act: Act } | undefined;
  /** An act that the person waits for. */
  isBusy: boolean;
  details: { [entry: string]: TrafficDetail | 'loading' };
};

/** What the parts of the page draw from and act on. */
export type Page = {
  state: State;
  set(change: Partial<State>): void;
  /** Sends it; trouble is told by Slackbot where the person is. */
  act(act: Act): Promise<ActResult>;
  /** Puts files into a field of the open form, instead of those it holds. */
  attach(field: string, files: File[]): Promise<ActResult>;
  actAs(userId: string): void;
  /** Puts the focus on the first match once the page is drawn. */
  focus(selector: string): void;
  /** Fetches what an entry of the traffic holds, or hides it again. */
  toggleDetail(id: string): void;
};

/** The conversation on the screen; that with the app where its Home is. */
export function conversationAt({ place, snapshot }: State): ConversationSeen | undefined {
  return snapshot.conversations.find(({ id, kind }) => (place.kind === 'app' ? kind === 'app' : id === place.id));
}
