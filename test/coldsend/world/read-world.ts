import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import type { AnswerHeaders } from '../../../src/coldsend/answer.ts';
import { readAnswer } from '../../../src/coldsend/read-answer.ts';
import { createForeignText } from '../../../src/coldsend/words/foreign-text.ts';
import { fc } from '../../project/properties.ts';
import { ADDED_BODY } from './documented.ts';

export const NOW = Date.UTC(2025, 5, 1, 10, 0, 0);

export const clean = createForeignText([]);

export const serverError: SendResult = { kind: 'unknown', why: 'server_error' };

export function read(status: number, body: unknown, headers: AnswerHeaders = {}): SendResult {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  return readAnswer({ status, headers, body: text }, NOW, clean);
}

export const status = fc.oneof(
  fc.integer({ min: 100, max: 599 }),
  fc.integer(),
  fc.constantFrom(200, 201, 403, 422, 429),
);

export const headers = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('retry-after', 'date', 'x-ratelimit-reset')),
  fc.oneof(fc.string(), fc.array(fc.string()), fc.integer().map(String)),
);

export const mutated = fc.record(
  Object.fromEntries(
    Object.entries(ADDED_BODY).map(([name, value]) => [
      name,
      fc.oneof({ weight: 12, arbitrary: fc.constant<unknown>(value) }, fc.jsonValue()),
    ]),
  ),
  { requiredKeys: Object.keys(ADDED_BODY).slice(0, 8) },
);

export const errorBody = fc.record(
  {
    detail: fc.oneof(
      fc.string(),
      fc.jsonValue(),
      fc.array(fc.record({ loc: fc.array(fc.jsonValue()), msg: fc.jsonValue(), type: fc.string() })),
    ),
    required: fc.oneof(fc.jsonValue(), fc.array(fc.string())),
    granted: fc.jsonValue(),
    error: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

export const body = fc.oneof(
  fc.constant(undefined),
  fc.string(),
  fc.json(),
  mutated.map((value) => JSON.stringify(value)),
  errorBody.map((value) => JSON.stringify(value)),
);
