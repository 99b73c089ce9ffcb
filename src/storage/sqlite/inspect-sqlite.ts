import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { lastBackupPath } from './last-backup.ts';

/** Facts for operators about the file of a database and its disk. */
export type SqliteFacts = {
  /** The database and the files beside it that other users of this machine can read or write. */
  openToOthers: string[];
  bytes: number;
  freeBytes: number;
  /** Folders of other machines, on which SQLite's locks do not hold. */
  isNetwork: boolean;
  /** Why a new file in the folder can't be written to the disk; undefined if it can. */
  writeError: unknown;
  /** When `admin backup` last copied this database, in milliseconds since 1970; undefined if never. */
  backedUpAt: number | undefined;
};

/** NFS, SMB and the like; from Linux's magic.h. */
const NETWORKS = [0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x5346414f, 0x00c36400, 0x01021997];

const OTHERS = 0o077;

/** Leaves nothing behind. Throws the errors of the file system if the file or its disk can't be looked at. */
export function inspectSqlite(path: string): SqliteFacts {
  const { bavail, bsize, type } = statfsSync(path);
  const files = ['', '-wal', '-shm'].map((suffix) => `${path}${suffix}`);
  return {
    openToOthers: files.filter((file) => ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS) !== 0),
    bytes: files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0),
    freeBytes: bavail * bsize,
    isNetwork: NETWORKS.includes(type),
    writeError: findWriteError(dirname(path)),
    backedUpAt: statSync(lastBackupPath(path), { throwIfNoEntry: false })?.mtimeMs,
  };
}

function findWriteError(folder: string): unknown {
  const path = `${folder}/.doctor-${process.pid}`;
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, 'doctor');
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return undefined;
  } catch (error) {
    return error;
  } finally {
    rmSync(path, { force: true });
  }
}
