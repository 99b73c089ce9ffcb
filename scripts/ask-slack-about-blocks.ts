import { z } from 'zod';

/** A view or message as the local Slack saw it. */
export const recordedPayload = z.object({
  surface: z.enum(['modal', 'home', 'message']),
  payload: z.record(z.string(), z.unknown()),
});

export type RecordedPayload = z.output<typeof recordedPayload>;

const verdict = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  errors: z.array(z.looseObject({ pointer: z.string().optional(), message: z.string().optional() })).default([]),
});

/**
 * Sends each payload to Slack's `blocks.validate`, which needs no token, one a second since its limits are not documented.
 * https://docs.slack.dev/reference/methods/blocks.validate
 *
 * @returns how many of them Slack finds fault with; each is printed. Throws where Slack can't be reached.
 */
export async function askSlackAboutBlocks(
  payloads: RecordedPayload[],
  { apiUrl, print, wait }: { apiUrl: string; print(line: string): void; wait(ms: number): Promise<unknown> },
): Promise<number> {
  let faulty = 0;
  for (const [index, { surface, payload }] of payloads.entries()) {
    if (index > 0) await wait(1_000);
    const response = await fetch(new URL('blocks.validate', apiUrl), {
      method: 'POST',
      body: new URLSearchParams({ [surface === 'message' ? 'message' : 'view']: JSON.stringify(payload) }),
    });
    const { ok, error, errors } = verdict.parse(await response.json());
    if (ok) continue;
    faulty += 1;
    print(`${surface}: ${error ?? 'refused'}`);
    for (const { pointer, message } of errors) print(`  ${pointer ?? ''} ${message ?? ''}`);
    print(`  ${JSON.stringify(payload)}`);
  }
  return faulty;
}

/** One of each shape: payloads that differ in their texts alone are the same to Slack. */
export function oneOfEachShape(payloads: RecordedPayload[]): RecordedPayload[] {
  const shapes = new Map(payloads.map((each) => [`${each.surface} ${JSON.stringify(shapeOf(each.payload))}`, each]));
  return [...shapes.values()];
}

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'type' || key === 'style' ? inner : shapeOf(inner)]),
  );
}
