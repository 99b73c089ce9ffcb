import type { Script } from '../local-coldsend/script.ts';

export type AnswerName = (typeof ANSWER_NAMES)[number];

export const ANSWER_NAMES = [
  'active',
  'pending',
  'login_failed',
  'field_errors',
  'key_refused',
  'scopes_missing',
  'exists',
  'rate_limited',
  'server_error',
  'lost_answer',
  'slow',
  'no_calls_404',
  'no_calls_405',
] as const;

/** What ColdSend can be told to answer; `active` is what it does by itself. */
/** `about`: the requests that it is given to; those that add an inbox unless said otherwise. */
export const ANSWERS: Record<AnswerName, { label: string; script: Script | undefined; about?: 'added' }> = {
  active: { label: 'Added: ACTIVE', script: undefined },
  pending: { label: 'Added: PENDING', script: { kind: 'added', overallStatus: 'PENDING' } },
  login_failed: { label: '400 login refused', script: { kind: 'login_failed' } },
  field_errors: {
    label: '422 field errors',
    script: {
      kind: 'field_errors',
      errors: [
        { loc: ['body', 'smtp_port'], msg: 'This port is closed', type: 'value_error' },
        { loc: ['body', 'daily_limit'], msg: 'More than your plan allows', type: 'value_error' },
      ],
    },
  },
  key_refused: { label: '401 key refused', script: { kind: 'key_refused' } },
  scopes_missing: { label: '403 scopes missing', script: { kind: 'scopes_missing', form: 'list' } },
  exists: { label: '409 exists already', script: { kind: 'exists' } },
  rate_limited: {
    label: '429 in 3 seconds',
    script: { kind: 'rate_limited', detail: 'Rate limit exceeded. Retry after 3 seconds.', retryAfter: '3' },
  },
  server_error: { label: '500 server error', script: { kind: 'server_error', status: 500 } },
  lost_answer: { label: 'Answer gets lost', script: { kind: 'lost_answer' } },
  slow: { label: 'Slow, 3 seconds', script: { kind: 'slow', delayMs: 3_000 } },
  no_calls_404: {
    label: '404 for test emails, removals',
    script: { kind: 'refused', status: 404, detail: 'Not Found' },
    about: 'added',
  },
  no_calls_405: {
    label: '405 for test emails, removals',
    script: { kind: 'refused', status: 405, detail: 'Method Not Allowed' },
    about: 'added',
  },
};
