import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { does, isAgain, isInstalled, SUBJECTS } from '../../../bench/subjects.ts';
import { WORKLOADS } from '../../../bench/workloads.ts';

const rounds = z.array(z.object({ cpuMs: z.number().positive(), count: z.number().positive() })).min(1);
const results = z.object({ loads: z.array(z.object({ workload: z.string(), subject: z.string(), rounds })) });

test('the benchmark runs: every subject does every piece of work, and it is written down', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-bench-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const out = join(folder, 'result.json');
  const bench = fileURLToPath(new URL('../../../bench/bench.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [bench, '--quick', '--out', out]);
  const { loads } = results.parse(JSON.parse(readFileSync(out, 'utf8')));
  const measured = loads.map(({ workload, subject }) => `${workload} ${subject}`);
  const subjects = SUBJECTS.filter((subject) => !isAgain(subject) && !isInstalled(subject));
  assert.deepEqual(
    measured.toSorted(),
    WORKLOADS.flatMap((each) => subjects.filter((one) => does(one, each)).map((one) => `${each} ${one}`)).toSorted(),
  );
  assert.match(stdout, /\| bot, PostgreSQL ÷ Bolt \+ pg-boss (\| \d+\.\d\d ){4}\|/);
  assert.match(stdout, /\| `\/add-inbox` to `views\.open`, CPU \| [\d.]+ ms \|/);
  assert.match(stdout, /a backlog of 500 \(0 refused by the limit\)/);
});
