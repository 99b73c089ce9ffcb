/** The database was asked to commit and gave no answer: what was asked for may be done or not. */
export class CommitInDoubtError extends Error {
  readonly code = 'commit_in_doubt';
  constructor(cause: unknown) {
    super('the database did not say if it committed', { cause });
    this.name = 'CommitInDoubtError';
  }
}
