import assert from 'node:assert/strict';
import { FileProblem } from '../../src/csv/file-problem.ts';
import { type ReadFile, readRows } from '../../src/csv/read-rows.ts';

export const read = (text: string) => readRows(Buffer.from(text));

export async function problemOf(bytes: Uint8Array | string): Promise<{ kind: string; line: number | undefined }> {
  try {
    await readRows(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  } catch (error) {
    assert.ok(error instanceof FileProblem, String(error));
    return { kind: error.kind, line: error.line };
  }
  assert.fail('it was read');
}

export function accountOf({ rows }: ReadFile, index = 0) {
  return rows[index]?.account;
}
