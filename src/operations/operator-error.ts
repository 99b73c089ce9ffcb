/** The bot can't start, for a reason that its operator can mend; the message is the sentence that says how. */
export class StartError extends Error {
  readonly code = 'cannot_start';
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}
