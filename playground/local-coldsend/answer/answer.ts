import type { FieldError } from '../contract.ts';
import type { Saying } from '../script.ts';

export type Answer = {
  status: number;
  /** Undefined leaves out a header that is sent otherwise. */
  headers: Record<string, string | undefined>;
  /** Sent as JSON, or as it is where it is text. */
  body: unknown;
  /** Whether it claims to be one of the documented answers. */
  documented: boolean;
};

/** The 9 fields of the documented success. */
export type AddedFields = {
  success: boolean;
  message: string;
  inbox_id: string;
  email_address: string;
  display_name: string;
  inbox_type: string;
  daily_limit: number;
  overall_status: string;
  created_at: string;
};

/** Either of the two names ColdSend's pages give the scope. */
export const ADD_SCOPES = ['sender_accounts:write', 'sender_accounts:create'];

const MISSING_SCOPE = 'sender_accounts:write';

/** The answer that a script asks for, but for those that tell of an account. `granted` are the key's scopes. */
export function answerAsScripted(
  saying: Exclude<Saying, { kind: 'added' | 'not_added' }>,
  { granted, nowMs }: { granted: string[]; nowMs: number },
): Answer {
  switch (saying.kind) {
    case 'login_failed':
      return refusal(400, `Connection failed: ${saying.reason ?? 'authentication failed'}`);
    case 'field_errors':
      return fieldErrors(saying.errors);
    case 'key_refused':
      return invalidKey();
    case 'scopes_missing':
      return saying.form === 'text' ? missingScopes() : missingScopesListed(saying.form === 'list', granted);
    case 'exists':
      return exists();
    case 'refused':
      return refusal(saying.status, saying.detail);
    case 'rate_limited':
      return {
        ...refusal(429, saying.detail ?? 'Rate limit exceeded. Retry after 60 seconds.'),
        headers: { ...resetHeaders(saying.reset, nowMs), 'Retry-After': saying.retryAfter },
      };
    case 'server_error':
      return serverError(saying.status, saying.retryAfter);
    case 'redirect':
      return undocumented(saying.status, { Location: saying.location }, '');
    case 'raw':
      return undocumented(saying.status, { 'Content-Type': 'application/json', ...saying.headers }, saying.body);
  }
}

export function added(status: 200 | 201, fields: AddedFields): Answer {
  return { status, headers: {}, body: fields, documented: true };
}

export function refusal(status: number, detail: string | FieldError[]): Answer {
  return { status, headers: {}, body: { detail }, documented: true };
}

export function fieldErrors(errors: FieldError[]): Answer {
  return refusal(422, errors);
}

export function invalidKey(): Answer {
  return refusal(401, 'Invalid or revoked API key');
}

export function missingScopes(): Answer {
  return refusal(403, `Missing API key scopes: ${MISSING_SCOPE}`);
}

export function rateLimited(seconds: number): Answer {
  return refusal(429, `Rate limit exceeded. Retry after ${seconds} seconds.`);
}

export function exists(): Answer {
  return refusal(409, 'Email already exists');
}

function resetHeaders(reset: string | false | undefined, nowMs: number): Record<string, string | undefined> {
  if (reset === false) {
    return { 'X-RateLimit-Limit': undefined, 'X-RateLimit-Remaining': undefined, 'X-RateLimit-Reset': undefined };
  }
  return { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': reset ?? String(Math.ceil(nowMs / 1000) + 60) };
}

function missingScopesListed(withError: boolean, granted: string[]): Answer {
  const body = {
    detail: `Missing required scopes: ${MISSING_SCOPE}`,
    ...(withError ? { error: 'insufficient_scopes' } : {}),
    required: [MISSING_SCOPE],
    granted: granted.filter((scope) => !ADD_SCOPES.includes(scope)),
  };
  return { status: 403, headers: {}, body, documented: true };
}

function serverError(status: 500 | 502 | 503, retryAfter: string | undefined): Answer {
  const headers = { 'Retry-After': retryAfter };
  if (status === 502) {
    return undocumented(502, { 'Content-Type': 'text/html', ...headers }, '<html><h1>502 Bad Gateway</h1></html>');
  }
  const detail = status === 500 ? 'Internal server error' : 'Service temporarily unavailable';
  return { ...refusal(status, detail), headers };
}

function undocumented(status: number, headers: Record<string, string | undefined>, body: string): Answer {
  return { status, headers, body, documented: false };
}
