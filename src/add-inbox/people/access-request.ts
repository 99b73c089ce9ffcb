/** A person asks to be allowed to add inboxes. */
export type AccessRequest = { id: string; teamId: string; userId: string };

export type AccessDecision = 'approved' | 'declined';

/** `by`: the admin who made it. */
export type MadeDecision = { decision: AccessDecision; by: string };

/** A message to an admin that shows the request. */
export type PostedMessage = { channelId: string; ts: string };

/**
 * The result of an admin's decision. `messages`: those to admins that show the request. `unreadable`, `full`: nothing was changed,
 * because the settings can't be read, or have no room for another person.
 */
export type Decided =
  | { kind: 'decided'; userId: string; messages: PostedMessage[] }
  | { kind: 'decided_before'; by: string }
  | { kind: 'gone' | 'unreadable' | 'full' };
