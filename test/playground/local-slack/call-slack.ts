import { z } from 'zod';
import type { LocalSlack } from '../../../playground/local-slack/local-slack.ts';

/** Calls Slack with the bot's token. */
export async function callSlack(
  { apiUrl, installation }: LocalSlack,
  method: string,
  args: Record<string, unknown>,
  as: 'json' | 'form' = 'json',
): Promise<Record<string, unknown>> {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(args)) form.set(name, String(value));
  const response = await fetch(`${apiUrl}${method}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${installation.botToken}`,
      ...(as === 'json' && { 'content-type': 'application/json' }),
    },
    body: as === 'json' ? JSON.stringify(args) : form,
  });
  return z.record(z.string(), z.unknown()).parse(await response.json());
}
