/** What came as a view of ours can't be one: neither our client's doing nor a person's. Carries nothing of the view. */
export class UnreadableViewError extends Error {
  readonly code = 'unreadable_view';
  constructor(part: 'private_metadata' | 'view') {
    super(`the ${part === 'view' ? 'state of the view' : 'private_metadata of the view'} can't be read`);
    this.name = 'UnreadableViewError';
  }
}
