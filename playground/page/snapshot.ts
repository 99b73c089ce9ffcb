import { ADDRESSES_TO_TRY } from '../local-mail/playground-mail.ts';
import type { LocalSlack, MessageSeen, ModalSeen, Person, View } from '../local-slack/local-slack.ts';
import type { BotState, Playground } from '../start-playground.ts';
import { ANSWER_NAMES, ANSWERS, type AnswerName } from './answers.ts';
import type { NextAnswer } from './next-answer.ts';
import type { CastMember } from './populate.ts';
import type { Traffic, TrafficEntry } from './traffic.ts';

export type MessageShown = Pick<
  MessageSeen,
  'channelId' | 'ts' | 'userId' | 'text' | 'blocks' | 'ephemeral' | 'edited'
> & { thread: MessageShown[]; files: FileShown[] };

export type FileShown = { id: string; name: string; content: string; deleted: boolean };

export type ConversationSeen = {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'dm' | 'app';
  /** Shared with other workspaces. */
  isShared: boolean;
  canPost: boolean;
  messages: MessageShown[];
};

export type OpenModal = Pick<
  ModalSeen,
  'viewId' | 'title' | 'submitLabel' | 'closeLabel' | 'values' | 'errors' | 'trouble'
> & { blocks: View['blocks'] };

/** Everything the page shows to one person. */
export type Snapshot = {
  me: CastMember;
  cast: CastMember[];
  workspace: string;
  bot: { name: string; userId: string; state: BotState };
  /** Whether this person's workspace has the app. */
  hasApp: boolean;
  commands: { command: string; description: string; usage: string }[];
  /** What stands on the screen for an id of a person or conversation. */
  names: { [id: string]: string };
  conversations: ConversationSeen[];
  modal: OpenModal | undefined;
  home: View | undefined;
  coldsend: {
    apiKey: string;
    answers: { name: AnswerName; label: string }[];
    next: AnswerName;
    isKept: boolean;
    accounts: { email_address: string; overall_status: string }[];
  };
  /** What there is to see of mail servers, each with an address. */
  addresses: readonly { address: string; shows: string; isRefused: boolean }[];
  traffic: TrafficEntry[];
  problems: number;
  guide: { keyStored: boolean; inboxAdded: boolean; somethingBroken: boolean };
};

export type SnapshotSource = {
  playground: Playground;
  cast: CastMember[];
  nextAnswer: NextAnswer;
  traffic: Traffic;
};

const MAX_MESSAGES = 100;

const MAX_FILE_BYTES = 20_000;

/** What `userId` sees now. Throws a RangeError where the cast has nobody of that id. */
export function takeSnapshot(source: SnapshotSource, userId: string): Snapshot {
  const { playground, cast, nextAnswer, traffic } = source;
  const { slack, coldsend, app, bot, apiKey } = playground;
  const me = cast.find((member) => member.userId === userId);
  if (me === undefined) throw new RangeError('nobody of that id is here');
  const person = slack.as(userId);
  return {
    me,
    cast,
    workspace: slack.getWorkspace(person.teamId).name,
    bot: { name: app.name, userId: slack.installation.botUserId, state: bot.state() },
    hasApp: slack.getWorkspace(person.teamId).installation !== undefined,
    commands: app.commands,
    names: nameEverything(playground),
    conversations: listConversations(playground, person),
    modal: describeModal(person),
    home: person.home().view,
    coldsend: {
      apiKey,
      answers: ANSWER_NAMES.map((name) => ({ name, label: ANSWERS[name].label })),
      next: nextAnswer.name(),
      isKept: nextAnswer.isKept(),
      accounts: coldsend.accounts.map(({ email_address, overall_status }) => ({ email_address, overall_status })),
    },
    addresses: ADDRESSES_TO_TRY,
    traffic: traffic.list(),
    problems: slack.problems.length,
    guide: guideThrough(source),
  };
}

function nameEverything({ slack }: Playground): { [id: string]: string } {
  const channels = slack.people().flatMap(({ id, deleted }) => (deleted ? [] : slack.as(id).channels()));
  return Object.fromEntries([...slack.people(), ...channels].map(({ id, name }) => [id, name]));
}

function listConversations({ slack }: Playground, person: Person): ConversationSeen[] {
  const dm = person.botDm();
  const names = new Map(slack.people().map(({ id, name }) => [id, name]));
  return person.channels().map(({ id, name, kind, members, sharedWith, is_archived }) => {
    const other = [...members].find((member) => member !== person.userId);
    const isDm = kind === 'im' || kind === 'mpim';
    return {
      id,
      name: isDm ? (names.get(other ?? '') ?? name) : name,
      kind: id === dm ? 'app' : isDm ? 'dm' : kind,
      isShared: sharedWith.size > 0,
      canPost: members.has(person.userId) && !is_archived,
      messages: person
        .in(id)
        .slice(-MAX_MESSAGES)
        .map((message) => shown(slack, message)),
    };
  });
}

function shown(slack: LocalSlack, message: MessageSeen): MessageShown {
  const { channelId, ts, userId, text, blocks, ephemeral, edited, thread } = message;
  const files = message.files.map((id) => slack.file(id));
  return {
    channelId,
    ts,
    userId,
    text,
    blocks,
    ephemeral,
    edited,
    thread: thread.map((reply) => shown(slack, reply)),
    files: files.map(({ id, name, content, deleted }) => ({
      id,
      name,
      content: content.toString('utf8', 0, MAX_FILE_BYTES),
      deleted,
    })),
  };
}

function describeModal(person: Person): OpenModal | undefined {
  const modal = person.modal();
  if (modal === undefined) return undefined;
  const { viewId, title, submitLabel, closeLabel, values, errors, trouble, view } = modal;
  return { viewId, title, submitLabel, closeLabel, values, errors, trouble, blocks: view.blocks };
}

function guideThrough({ playground: { slack, coldsend }, nextAnswer }: SnapshotSource): Snapshot['guide'] {
  const isToldOf = (text: string) =>
    slack.ledger.calls.some(
      ({ method, args, response }) =>
        method === 'chat.postMessage' &&
        args.thread_ts !== undefined &&
        response?.ok === true &&
        JSON.stringify(args).includes(text),
    );
  return {
    keyStored: coldsend.ledger.some(
      ({ key, answered }) => key !== undefined && typeof answered === 'object' && ![401, 403].includes(answered.status),
    ),
    inboxAdded: coldsend.accounts.some(({ inbox_id }) => isToldOf(inbox_id)),
    somethingBroken: nextAnswer.broken() > 0,
  };
}
