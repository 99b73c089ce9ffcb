/** The purpose of a link to the secure page. */
export type Purpose = { kind: 'password'; requestId: string } | { kind: 'batch'; draftId: string };

/** A link that still works. It belongs to one person and one purpose. Times are milliseconds since 1970. */
export type SecureLink = { teamId: string; userId: string; purpose: Purpose; expiresAt: number };

/** The code that a page of the link shows, which the person of the link compares with the one in Slack. */
export type ShownCode = { code: string; pageId: string };

/** A link that works, with the code of its newest page, and the page that its person has confirmed. */
export type MatchedLink = { link: SecureLink; shown: ShownCode | undefined; confirmedPageId: string | undefined };

export const LINK_TTL_MS = 30 * 60 * 1000;

/** A link is dead after this many submissions that were not accepted. */
export const MAX_WRONG_TRIES = 5;

/** Each page that opens a link needs a code. Pages past these are refused. */
export const MAX_CODES = 5;

/** Login checks for one inbox within the life of a link: people mistype, but nobody shall try many passwords. */
export const MAX_CHECKS = 5;
