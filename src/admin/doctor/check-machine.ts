import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { DoctorContext, Finding } from '../command.ts';

const OTHERS = 0o077;

/** The settings, which were read before, and what runs them. */
export function checkMachine(_context: DoctorContext): Finding[] {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));
  return [
    { ok: true, says: `This is version ${version} on Node ${process.versions.node}.` },
    { ok: true, says: 'The settings are complete.' },
    ...checkSettingsFile('.env'),
  ];
}

function checkSettingsFile(path: string): Finding[] {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & OTHERS) === 0) return [];
  return [{ ok: false, says: 'Other users of this machine can read .env, which has secrets. Run: chmod 600 .env' }];
}
