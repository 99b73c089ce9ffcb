/** The outcomes of the design's table, as the thread shows them; a row of a batch can be stopped too. */
export const OUTCOMES = ['added', 'exists', 'refused', 'key_refused', 'unknown', 'expired', 'stopped'] as const;

export type ShownOutcome = (typeof OUTCOMES)[number];

/** What a database held of a request at one moment. */
export type Committed = {
  state: 'accepted' | 'announced' | 'armed' | 'settled' | 'reported';
  outcome: ShownOutcome | undefined;
  /** Slack's taking the reply was noted. */
  replyNoted: boolean;
};

/** One POST as ColdSend's ledger has it. */
export type Post = {
  /** Undefined where the request did not come in whole or nothing was answered in whole. */
  status: number | undefined;
};

/** Everything that outsiders saw of one request, whose address nobody else uses. */
export type RequestFacts = {
  address: string;
  /** Slack was told that it is accepted. */
  acknowledged: boolean;
  /** What was committed each time the process that held it died; undefined: nothing. */
  crashes: (Committed | undefined)[];
  /** What is committed at the end. */
  committed: Committed | undefined;
  posts: Post[];
  /** ColdSend has the account now. */
  isAtColdsend: boolean;
  /** The texts of the announcements there are, as they look at the end, the oldest first. */
  announcements: { text: string; shows: ShownOutcome | undefined }[];
  replies: { text: string; shows: ShownOutcome | undefined }[];
  /** What a network between the bot and ColdSend did to it; undefined: nothing. */
  network?: 'nothing_sent' | 'answer_lost';
};

export type Verdict = {
  violations: string[];
  outcome: ShownOutcome | undefined;
  /** The documented window: Slack took it, and the process died before that was noted. */
  repeatedReplies: number;
  repeatedAnnouncements: number;
};
