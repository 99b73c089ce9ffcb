/** A problem that only an operator can fix. The message is a sentence that says how; it contains no secret. */
export class OperatorError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
  }
}

/** An error that keeps the bot from starting. */
export class StartError extends OperatorError {
  constructor(message: string) {
    super('cannot_start', message);
  }
}
