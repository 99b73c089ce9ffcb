/** The database did not answer a COMMIT, so the changes may be committed or not. */
export class CommitInDoubtError extends Error {
  readonly code = 'commit_in_doubt';
  constructor(cause: unknown) {
    super('the database did not say if it committed', { cause });
    this.name = 'CommitInDoubtError';
  }
}
