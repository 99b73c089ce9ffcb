import type { Core } from '../core.ts';

/** Notes a problem where something that must stay secret was sent to Slack: tokens, the app's secrets, watched strings. */
export function noteSecrets(core: Core, where: string, sent: unknown): void {
  const text = allStrings(sent).join('\n');
  const secrets = [...core.secrets, ...core.state.tokens.keys()];
  if (secrets.some((secret) => text.includes(secret))) core.keeper.noteProblem(`${where}: a secret was sent to Slack`);
}

function allStrings(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...insideJson(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...allStrings(inner)]);
}

/** Form-encoded arguments and `private_metadata` hold JSON, in which a secret looks different. */
function insideJson(text: string): string[] {
  if (!/^\s*[[{]/.test(text)) return [];
  try {
    return allStrings(JSON.parse(text));
  } catch {
    return [];
  }
}
