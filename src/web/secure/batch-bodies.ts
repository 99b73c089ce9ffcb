import { z } from 'zod';
import { cleanText } from '../../add-inbox/account/clean-text.ts';
import { INBOX_TYPES } from '../../add-inbox/account/providers.ts';
import { MAX_DISPLAY_NAME } from '../../add-inbox/account/sender-account.ts';
import { type Row, rowShape } from '../../add-inbox/batch/check-rows.ts';
import type { ColumnField, MostCharacters } from './browser/contract.ts';
import { pageId, parseJson, token } from './guard.ts';

const MAX_CELL: MostCharacters['cell'] = 20_000;

const MAX_FILE_NAME: MostCharacters['fileName'] = 255;

const text = z.string().max(MAX_CELL).optional();

const row: z.ZodType<Row> = z.strictObject({
  line: z.int().min(1).max(10_000_000),
  account: z.strictObject(rowShape(text)),
});

export const batchDefaults = z.strictObject({
  inboxType: z.enum(INBOX_TYPES).optional(),
  dailyLimit: z.int().min(1).optional(),
  displayName: z.string().max(MAX_DISPLAY_NAME).optional(),
});

const COLUMN_FIELDS: Record<ColumnField, true> = {
  email_address: true,
  domain: true,
  display_name: true,
  first_name: true,
  last_name: true,
  inbox_type: true,
  app_password: true,
  smtp_username: true,
  smtp_password: true,
  smtp_host: true,
  smtp_port: true,
  smtp_use_tls: true,
  imap_username: true,
  imap_password: true,
  imap_host: true,
  imap_port: true,
  imap_use_ssl: true,
  daily_limit: true,
};

const columnField = z.custom<ColumnField>((value) => typeof value === 'string' && Object.hasOwn(COLUMN_FIELDS, value));

/** The columns that were chosen by hand; none without the header. */
export const columnsHeader = headerOf(z.record(z.string().regex(/^\d{1,3}$/), columnField.nullable())).transform(
  (chosen) => new Map(Object.entries(chosen).map(([position, field]) => [Number(position), field ?? undefined])),
);

export const defaultsHeader = headerOf(batchDefaults);

export function rowsBodyOf(mostRows: number) {
  return z.strictObject({
    token,
    pageId: pageId.optional(),
    defaults: batchDefaults,
    rows: z.array(row).max(mostRows),
  });
}

function addBodyOf(mostRows: number) {
  return z.strictObject({
    pageId,
    round: z.int().min(0).max(99),
    defaults: batchDefaults,
    withHeld: z.boolean(),
    checkedLines: z.array(z.int()).max(mostRows).default([]),
    fileName: z
      .string()
      .max(MAX_FILE_NAME)
      .transform((name) => cleanText(name.replace(/[\p{Cc}\s]+/gu, ' ')) || undefined)
      .optional(),
    rows: z.array(z.unknown()).min(1).max(mostRows),
  });
}

/** Rows that are checked between two pauses. */
const ROWS_AT_A_TIME = 200;

/** What a page adds; undefined where it can't have sent that. Each line is there once, since a batch knows its rows by them. */
export async function parseAddBody(bytes: Buffer, mostRows: number, pause: () => Promise<void>) {
  const body = addBodyOf(mostRows).safeParse(parseJson(bytes));
  if (!body.success) return undefined;
  const rows: Row[] = [];
  for (let from = 0; from < body.data.rows.length; from += ROWS_AT_A_TIME) {
    const slice = z.array(row).safeParse(body.data.rows.slice(from, from + ROWS_AT_A_TIME));
    if (!slice.success) return undefined;
    rows.push(...slice.data);
    await pause();
  }
  return new Set(rows.map(({ line }) => line)).size === rows.length ? { ...body.data, rows } : undefined;
}

/** Percent-encoded JSON. */
function headerOf<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .default('%7B%7D')
    .transform((value, context) => {
      try {
        return parseJson(Buffer.from(decodeURIComponent(value)));
      } catch {
        context.addIssue('not percent-encoded');
        return z.NEVER;
      }
    })
    .pipe(schema);
}
