/** What keeps the bot from using its database. The message is a sentence for operators; it names no secret. */
export class StorageError extends Error {
  readonly code: 'wrong_keys' | 'database_in_use' | 'corrupt_database' | 'migration_failed' | 'database_unusable';

  constructor(code: StorageError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
  }
}

/** The database can't be reached, opened or set up: a path, a permission, an address, a full disk. */
export class DatabaseUnusableError extends StorageError {
  constructor(message: string, cause?: unknown) {
    super('database_unusable', message, cause);
  }
}
