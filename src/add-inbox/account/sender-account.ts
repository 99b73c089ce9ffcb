import { z } from 'zod';
import { cleanText, withoutBlanks } from './clean-text.ts';
import { toAsciiName } from './domain-name.ts';
import { findAddressMistake, MAX_ADDRESS, toAsciiAddress } from './email-address.ts';
import { INBOX_TYPES, type InboxType } from './providers.ts';

/*
 * ColdSend's AddSenderAccount: the 14 fields and their bounds as in coldsend.openapi.yaml, from what a person typed.
 * The sentences are shown under the fields of the form.
 */

const CONTROL_CHARACTER = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Google shows an app password as four groups of four letters. The spaces between them are not part of it. */
const APP_PASSWORD = /^[a-z]{16}$/i;

/** ColdSend's limit. */
export const MAX_DISPLAY_NAME = 255;

const emailAddress = text(MAX_ADDRESS, 'Enter the full address of the inbox, like jane@acme.com.').superRefine(
  (value, context) => {
    const message = findAddressMistake(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  },
);

const fields = z.object({
  email_address: emailAddress,
  display_name: text(MAX_DISPLAY_NAME, 'Enter the name that people see as the sender, like Jane Doe.'),
  inbox_type: z.enum(INBOX_TYPES, 'Choose the provider of this inbox.'),
  smtp_host: hostName('Enter the SMTP server, like smtp.acme.com.'),
  smtp_port: wholeNumber(65_535, 'Enter the SMTP port: a whole number from 1 to 65535, usually 587.'),
  smtp_username: text(255, 'Enter the SMTP user name, usually the full address.'),
  smtp_password: password('Enter the password.'),
  imap_host: hostName('Enter the IMAP server, like imap.acme.com.'),
  imap_port: wholeNumber(65_535, 'Enter the IMAP port: a whole number from 1 to 65535, usually 993.'),
  imap_username: text(255, 'Enter the IMAP user name, usually the full address.'),
  imap_password: password('Enter the IMAP password, or tick “Same login as SMTP”.'),
  daily_limit: wholeNumber(
    Number.MAX_SAFE_INTEGER,
    'Enter how many mails a day this inbox may send: a whole number, 1 or more.',
  ),
  smtp_use_tls: z.boolean(),
  imap_use_ssl: z.boolean(),
});

const senderAccount = fields.transform((account) => ({
  ...account,
  smtp_password: withoutAppPasswordSpaces(account.inbox_type, account.smtp_password),
  imap_password: withoutAppPasswordSpaces(account.inbox_type, account.imap_password),
}));

const who = fields.pick({ email_address: true, display_name: true, inbox_type: true });

const passwords = fields.pick({ smtp_password: true, imap_password: true });

const toAdd = fields.omit({ smtp_password: true, imap_password: true });

/** The body of ColdSend's "Add sender account", all 14 fields. */
export type SenderAccount = z.output<typeof senderAccount>;

/** The name of one of the 14 fields. */
export type AccountField = keyof SenderAccount;

export type Passwords = Pick<SenderAccount, 'smtp_password' | 'imap_password'>;

/** The fields that may be shown. */
export type AccountToAdd = Omit<SenderAccount, keyof Passwords>;

/** The person's input, field by field; undefined for an empty field. */
export type TypedAccount = {
  [Field in AccountField]: SenderAccount[Field] extends boolean ? boolean : string | undefined;
};

/** A sentence for each invalid field. */
export type FieldErrors = Partial<Record<AccountField, string>>;

export type Validated<T> = { ok: true; value: T } | { ok: false; errors: FieldErrors };

/**
 * Checks all 14 fields at once. Text is returned cleaned. Passwords stay as typed, except for the spaces of a Google app
 * password.
 */
export function validateAccount(typed: TypedAccount): Validated<SenderAccount> {
  return toValidated(senderAccount.safeParse(typed));
}

/** Checks all fields but the passwords. */
export function validateWithoutPasswords(typed: TypedAccount): Validated<AccountToAdd> {
  return toValidated(toAdd.safeParse(typed));
}

/** Checks the fields of the form's first page. */
export function validateWho(
  typed: Pick<TypedAccount, 'email_address' | 'display_name' | 'inbox_type'>,
): Validated<z.output<typeof who>> {
  return toValidated(who.safeParse(typed));
}

/** Checks only the passwords of an account that was checked without them. */
export function validatePasswords(
  { inbox_type }: AccountToAdd,
  typed: Pick<TypedAccount, keyof Passwords>,
): Validated<Passwords> {
  const checked = toValidated(passwords.safeParse(typed));
  if (!checked.ok) return checked;
  const { smtp_password, imap_password } = checked.value;
  const value = {
    smtp_password: withoutAppPasswordSpaces(inbox_type, smtp_password),
    imap_password: withoutAppPasswordSpaces(inbox_type, imap_password),
  };
  return { ok: true, value };
}

/** The address as ColdSend accepts it, or undefined if `typed` is not an address. */
export function parseEmailAddress(typed: string): string | undefined {
  const parsed = emailAddress.safeParse(typed);
  return parsed.success ? parsed.data : undefined;
}

/** Mails a day as a whole number from 1, or undefined if `typed` is not such a number. */
export function parseDailyLimit(typed: string): number | undefined {
  const parsed = fields.shape.daily_limit.safeParse(typed);
  return parsed.success ? parsed.data : undefined;
}

/** The form that is sent. Mail to a domain with non-ASCII letters works only with the domain's ASCII name. */
export function withAsciiDomains(account: SenderAccount): SenderAccount {
  return {
    ...account,
    email_address: toAsciiAddress(account.email_address),
    smtp_host: toAsciiName(account.smtp_host) ?? account.smtp_host,
    smtp_username: toAsciiAddress(account.smtp_username),
    imap_host: toAsciiName(account.imap_host) ?? account.imap_host,
    imap_username: toAsciiAddress(account.imap_username),
  };
}

/** Removes the passwords, so that the rest can be stored and shown. */
export function splitPasswords(account: SenderAccount): { account: AccountToAdd; passwords: Passwords } {
  const { smtp_password, imap_password, ...rest } = account;
  return { account: rest, passwords: { smtp_password, imap_password } };
}

function toValidated<T>(parsed: z.ZodSafeParseResult<T>): Validated<T> {
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors: FieldErrors = {};
  for (const issue of parsed.error.issues) {
    const field = issue.path[0] as AccountField;
    errors[field] ??= issue.message;
  }
  return { ok: false, errors };
}

function text(maxLength: number, missing: string) {
  return z
    .string(missing)
    .transform(cleanText)
    .pipe(
      z
        .string()
        .min(1, missing)
        .refine((value) => [...value].length <= maxLength, `This is too long: at most ${maxLength} characters.`)
        .refine((value) => !CONTROL_CHARACTER.test(value), 'Remove the line break or other invisible character.'),
    );
}

function hostName(missing: string) {
  return text(255, missing).refine(
    (value) => toAsciiName(value) !== undefined,
    'Enter the name of the server only, like smtp.acme.com: no https://, no port, no spaces.',
  );
}

function wholeNumber(maximum: number, message: string) {
  return z
    .string(message)
    .transform(cleanText)
    .pipe(z.string().regex(/^\d+$/, message))
    .transform(Number)
    .pipe(z.number(message).min(1, message).max(maximum, message));
}

function password(missing: string) {
  return z
    .string(missing)
    .min(1, missing)
    .refine((value) => [...value].length <= 500, 'This is too long: a password has at most 500 characters.')
    .refine((value) => !/[\r\n]/.test(value), 'A password has no line break. Check the quotation marks around it.');
}

function withoutAppPasswordSpaces(inboxType: InboxType, typed: string): string {
  const squeezed = withoutBlanks(typed);
  return inboxType === 'GOOGLE_WORKSPACE' && APP_PASSWORD.test(squeezed) ? squeezed : typed;
}
