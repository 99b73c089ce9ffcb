import type { FieldError } from '../add-inbox/request/outcome.ts';
import type { Answer } from './answer.ts';
import { coldsendError, type ErrorBody, errorBody } from './contract.ts';
import { parseJson } from './parse-json.ts';
import type { CleanText } from './words/foreign-text.ts';
import { fieldOf, findWords } from './words/words.ts';

const MAX_FIELDS = 20;

/** The words of an answer, cleaned. `reason` is empty if the answer has only errors for fields, or no words at all. */
export type ErrorWords = {
  reason: string;
  fields: FieldError[];
  missingScopes: string[];
  /** Whether the answer is recognizably ColdSend's. Only then does it say anything about the key. */
  isColdsends: boolean;
};

/** A scope's name, such as `sender_accounts:write`. */
const SCOPE = /^[\w*-]+(?:[:./][\w*-]+)*$/;

/** One version of ColdSend's documentation has "Missing API key scopes: …", the other "Missing required scopes: …". */
const SCOPES_IN_WORDS = /\bmissing\b[^:]{0,80}\bscopes?:\s*(.+)$/i;

/** The words of an error answer; none if the body is lost. */
export function readError(answer: Answer, clean: CleanText): ErrorWords {
  const json = parseJson(answer.body);
  const reason = clean(findWords(answer.body, json));
  const isColdsends = coldsendError.safeParse(json).success;
  const parsed = errorBody.safeParse(json);
  if (!parsed.success) return { reason, fields: [], missingScopes: [], isColdsends };
  return {
    reason,
    fields: readFields(parsed.data.detail, clean),
    missingScopes: findMissingScopes(parsed.data, reason, clean),
    isColdsends,
  };
}

function readFields(details: ErrorBody['detail'], clean: CleanText): FieldError[] {
  return details
    .flatMap(({ loc, msg }) => {
      const field = fieldOf(loc);
      return field === undefined ? [] : [{ field, reason: msg }];
    })
    .slice(0, MAX_FIELDS)
    .map(({ field, reason }) => ({ field: clean(field), reason: clean(reason) }));
}

function findMissingScopes({ required, granted }: ErrorBody, reason: string, clean: CleanText): string[] {
  const missing = required.filter((scope) => !granted.includes(scope)).map(clean);
  const scopes = missing.length > 0 ? missing : scopesInWords(reason);
  return [...new Set(scopes)].filter((scope) => scope !== '').slice(0, MAX_FIELDS);
}

function scopesInWords(reason: string): string[] {
  const [, listed = ''] = SCOPES_IN_WORDS.exec(reason) ?? [];
  const [sentence = ''] = listed.split(/[.;](?:\s|$)/);
  return sentence.split(/[\s,'"`[\]()]+/).filter((word) => SCOPE.test(word) && word !== 'and');
}
