/** A payload's view can't be one that the bot made. The error carries nothing of the view. */
export class UnreadableViewError extends Error {
  readonly code = 'unreadable_view';
  constructor(part: 'private_metadata' | 'view') {
    super(`the ${part === 'view' ? 'state of the view' : 'private_metadata of the view'} can't be read`);
    this.name = 'UnreadableViewError';
  }
}
