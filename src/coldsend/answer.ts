/** An answer of ColdSend with a complete status and headers. */
export type Answer = {
  status: number;
  /** Names in lower case; a list if a header came more than once. */
  headers: AnswerHeaders;
  /** Undefined if the body was truncated or longer than 1 MiB. */
  body: string | undefined;
};

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The result of one call. */
export type Exchange =
  /** No byte of the request was sent. `error` is the reason, if the network failed. */
  | { kind: 'nothing_sent'; error?: unknown }
  /** Part of the request may have been sent, and no status came back. */
  | { kind: 'no_answer'; error?: unknown }
  | { kind: 'answered'; answer: Answer };
