import { rmSync } from 'node:fs';
import { createPrivateFile } from './private-file.ts';

/** An empty file beside the database. Its time is that of the last backup. */
export function lastBackupPath(databasePath: string): string {
  return `${databasePath}.last-backup`;
}

/** Notes that the database was backed up just now. */
export function noteBackup(databasePath: string): void {
  const path = lastBackupPath(databasePath);
  rmSync(path, { force: true });
  createPrivateFile(path);
}
