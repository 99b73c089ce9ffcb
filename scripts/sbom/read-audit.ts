import { z } from 'zod';

const report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })),
});

/** The verdict of `npm audit --json`: one sentence, and whether a build may go on. Without an answer it may. */
export function readAudit(json: string): { isFine: boolean; says: string } {
  const parsed = report.safeParse(parse(json));
  if (!parsed.success)
    return { isFine: true, says: 'The registry did not answer, so known problems were not checked.' };
  const found = Object.entries(parsed.data.vulnerabilities).map(([name, { severity }]) => `${name} (${severity})`);
  return found.length === 0
    ? { isFine: true, says: 'The registry knows no problem of these packages.' }
    : { isFine: false, says: `The registry knows problems of ${found.join(', ')}. Run: npm audit --omit=dev` };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
