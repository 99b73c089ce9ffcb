/** ColdSend's verdict on an API key. The check sends an empty body, which adds nothing. */
export type KeyCheck =
  /** 422 or 400, with ColdSend's words: ColdSend accepted the key. */
  | { kind: 'works' }
  /** 401, with ColdSend's words. */
  | { kind: 'refused'; reason: string }
  /** 403, with ColdSend's words; the scopes are empty if ColdSend does not name them. */
  | { kind: 'missing_scopes'; reason: string; missingScopes: string[] }
  /** 404, 405, 410, a 3xx or a 2xx: the server at this address is not ColdSend's "Add sender account". */
  | { kind: 'wrong_address'; status: number }
  /** 407: a proxy before ColdSend requires a login. */
  | { kind: 'proxy_login'; status: number }
  /** The answer doesn't show whether the key is valid. */
  | { kind: 'unchecked'; why: UncheckedWhy };

export type UncheckedWhy =
  /** No connection, or no answer in time. */
  | 'no_answer'
  /** 429. */
  | 'rate_limited'
  /** Any 5xx. */
  | 'server_error'
  /** The answer does not look like ColdSend's. */
  | 'not_coldsend'
  /** A status that says nothing about the key, such as 408. */
  | 'unexpected_answer';
