import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';
import { z } from 'zod';

/** One entry of FastAPI's list of what is wrong with a request. */
export type FieldError = { loc: (string | number)[]; msg: string; type: string; input?: unknown };

/** A body that keeps to the contract, with the contract's defaults filled in. */
export type AccountBody = z.output<typeof accountBody>;

export type CheckedBody = { ok: true; account: AccountBody } | { ok: false; errors: FieldError[] };

export type Contract = {
  checkRequest(body: unknown): CheckedBody;
  /** Throws where an answer that claims to be documented is not: a mistake of this stand-in or of a script. */
  assertAnswer(status: number, body: unknown): void;
};

const openapi = z.object({
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

/** Only gives the validated body its type; the rules are those of the OpenAPI file. */
const accountBody = z.object({
  email_address: z.string(),
  display_name: z.string(),
  inbox_type: z.string(),
  smtp_host: z.string(),
  smtp_port: z.number(),
  smtp_username: z.string(),
  smtp_password: z.string(),
  imap_host: z.string(),
  imap_port: z.number(),
  imap_username: z.string(),
  imap_password: z.string(),
  daily_limit: z.number(),
  smtp_use_tls: z.boolean(),
  imap_use_ssl: z.boolean(),
});

/** The reference names these three in words, where a schema would have an enum. */
const INBOX_TYPES = ['GOOGLE_WORKSPACE', 'OUTLOOK_365', 'CUSTOM_SMTP'];

/** Reads the OpenAPI file beside this one and compiles its schemas. */
export function loadContract(): Contract {
  const file = readFileSync(new URL('coldsend.openapi.yaml', import.meta.url), 'utf8');
  const { schemas } = openapi.parse(parse(file)).components;
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, allowUnionTypes: true });
  ajvFormats.default(ajv);
  const compile = (name: string): ValidateFunction => {
    const schema = schemas[name];
    if (schema === undefined) throw new Error(`coldsend.openapi.yaml has no schema ${name}`);
    return ajv.compile(schema);
  };
  const isRequest = compile('AddSenderAccount');
  const isAdded = compile('SenderAccountAdded');
  const isRefusal = compile('Refusal');

  return {
    checkRequest(body) {
      const filled = structuredClone(body);
      const errors = isRequest(filled) ? [] : (isRequest.errors ?? []).map(toFieldError);
      const inboxType = accountBody.pick({ inbox_type: true }).safeParse(body).data?.inbox_type;
      if (inboxType !== undefined && !INBOX_TYPES.includes(inboxType)) {
        errors.push({ loc: ['body', 'inbox_type'], msg: `Input should be ${INBOX_TYPES.join(', ')}`, type: 'enum' });
      }
      return errors.length > 0 ? { ok: false, errors } : { ok: true, account: accountBody.parse(filled) };
    },
    assertAnswer(status, body) {
      const isDocumented = status < 300 ? isAdded : isRefusal;
      if (!isDocumented(body)) throw new Error(`not an answer of ColdSend's: ${ajv.errorsText(isDocumented.errors)}`);
    },
  };
}

/** Words an error of the schema as FastAPI (pydantic 2) does, but for the input, which it would echo. */
function toFieldError({ keyword, instancePath, params }: ErrorObject): FieldError {
  const loc = ['body', ...instancePath.split('/').slice(1)];
  switch (keyword) {
    case 'required':
      return { loc: [...loc, String(params.missingProperty)], msg: 'Field required', type: 'missing' };
    case 'additionalProperties':
      return {
        loc: [...loc, String(params.additionalProperty)],
        msg: 'Extra inputs are not permitted',
        type: 'extra_forbidden',
      };
    case 'minLength':
      return { loc, msg: `String should have at least ${params.limit} characters`, type: 'string_too_short' };
    case 'maxLength':
      return { loc, msg: `String should have at most ${params.limit} characters`, type: 'string_too_long' };
    case 'minimum':
      return { loc, msg: `Input should be greater than or equal to ${params.limit}`, type: 'greater_than_equal' };
    case 'maximum':
      return { loc, msg: `Input should be less than or equal to ${params.limit}`, type: 'less_than_equal' };
    default:
      return { loc, msg: `Input should be a valid ${params.type ?? 'value'}`, type: `${params.type}_type` };
  }
}
