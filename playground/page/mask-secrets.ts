import { isObject } from '../local-slack/json.ts';

const MASK = '••••••••';

/** A copy of a payload of Slack's without what was typed into secret fields, and without addresses that are secrets. */
export function maskSecrets(value: unknown, isSecret = false): unknown {
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item, isSecret));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (/^response_url$|^token$/.test(name) && typeof inner === 'string') return [name, MASK];
      // Rows that are pasted hold passwords.
      if (name === 'value' && typeof inner === 'string' && /[\t\n]/.test(inner)) return [name, MASK];
      if (isSecret && name === 'value' && typeof inner === 'string') return [name, MASK];
      return [name, maskSecrets(inner, isSecret || /password|api_key/.test(name))];
    }),
  );
}
