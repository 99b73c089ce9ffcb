/** An answer of ColdSend's whose head came whole. */
export type Answer = {
  status: number;
  /** Names in lower case; a list where a header came more than once. */
  headers: AnswerHeaders;
  /** Undefined where the body was cut off or longer than 1 MiB. */
  body: string | undefined;
};

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The result of one call. */
export type Exchange =
  /** Not one byte of the request went out. `error` is why, where the network failed. */
  | { kind: 'nothing_sent'; error?: unknown }
  /** Some of the request may have gone out, and no status came back. */
  | { kind: 'no_answer'; error?: unknown }
  | { kind: 'answered'; answer: Answer };
