import type { FieldRefusal } from '../add-inbox/outcome.ts';
import type { Answer } from './answer.ts';
import { type Refusal, refusal } from './contract.ts';
import type { CleanText } from './foreign-text.ts';
import { parseJson } from './parse-json.ts';

const MAX_FIELDS = 20;

/** ColdSend's words, cleaned. `reason` is empty where it gave none but for fields, or none at all. */
export type RefusalWords = { reason: string; fields: FieldRefusal[]; missingScopes: string[] };

/** A scope's name, such as `sender_accounts:write`. */
const SCOPE = /^[\w*-]+(?:[:./][\w*-]+)*$/;

/** "Missing API key scopes: …" in one generation of ColdSend's documentation, "Missing required scopes: …" in the other. */
const SCOPES_IN_WORDS = /\bmissing\b[^:]{0,80}\bscopes?:\s*(.+)$/i;

/** The words of an answer that is an error; none where the body is lost, not JSON or not the documented one. */
export function readRefusal(answer: Answer, clean: CleanText): RefusalWords {
  const parsed = refusal.safeParse(parseJson(answer.body));
  if (!parsed.success) return { reason: '', fields: [], missingScopes: [] };
  const { detail = '' } = parsed.data;
  const { reason, fields } =
    typeof detail === 'string' ? { reason: clean(detail), fields: [] } : readDetails(detail, clean);
  return { reason, fields, missingScopes: findMissingScopes(parsed.data, reason, clean) };
}

function readDetails(details: Exclude<Refusal['detail'], string | undefined>, clean: CleanText) {
  const fields: FieldRefusal[] = [];
  const others: string[] = [];
  for (const { loc, msg } of details) {
    const field = fieldOf(loc);
    if (field === undefined) others.push(msg);
    else if (fields.length < MAX_FIELDS) fields.push({ field: clean(field), reason: clean(msg) });
  }
  return { reason: clean(others.join(' ')), fields };
}

/** `["body", "inboxes", 0, "smtp_port"]` is about `smtp_port`; `["body"]` and `["header", "x-api-key"]` are about no field. */
function fieldOf(loc: (string | number)[]): string | undefined {
  if (loc[0] !== 'body') return undefined;
  return loc.slice(1).findLast((step) => typeof step === 'string');
}

function findMissingScopes({ required, granted = [] }: Refusal, reason: string, clean: CleanText): string[] {
  const missing = (required ?? []).filter((scope) => !granted.includes(scope)).map(clean);
  const scopes = missing.length > 0 ? missing : scopesInWords(reason);
  return [...new Set(scopes)].filter((scope) => scope !== '').slice(0, MAX_FIELDS);
}

function scopesInWords(reason: string): string[] {
  const [, listed = ''] = SCOPES_IN_WORDS.exec(reason) ?? [];
  const [sentence = ''] = listed.split(/[.;](?:\s|$)/);
  return sentence.split(/[\s,'"`[\]()]+/).filter((word) => SCOPE.test(word) && word !== 'and');
}
