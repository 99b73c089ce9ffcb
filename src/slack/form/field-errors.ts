import type { AccountField, FieldErrors } from '../../add-inbox/account/sender-account.ts';
import type { FormField } from '../ids.ts';
import { readView } from '../modals/view-state.ts';
import { FIELD_LABELS } from '../sentences/fields.ts';
import { FORM } from '../sentences/form.ts';
import { WHO_FIELDS } from './fields.ts';

/** The fields that can show the error of a hidden field, in order of preference. */
const NEAREST: Partial<Record<AccountField, FormField[]>> = {
  imap_username: ['same_login', 'smtp_username'],
  imap_password: ['same_login', 'smtp_password'],
};

const ANYWHERE: FormField[] = ['smtp_password', 'daily_limit', 'email_address', 'display_name', 'inbox_type'];

/** With one login for both servers, each of these fields takes the value of the SMTP field. */
const SAME_AS: Partial<Record<AccountField, AccountField>> = {
  imap_username: 'smtp_username',
  imap_password: 'smtp_password',
};

/**
 * The answer to a submission of `view` (either page) with these errors: `block_id` → sentence. The error of a hidden field
 * is shown at the nearest visible field and names its own field, so that no error is lost. Throws UnreadableViewError.
 */
export function toBlockErrors(errors: FieldErrors, view: unknown): Record<string, string> {
  const { inputs, isShown, isTicked } = readView(view);
  const isOneLogin = !isShown('same_login') || isTicked('same_login');
  const sentences = new Map<string, string[]>();
  for (const [field, sentence] of entriesOf(errors)) {
    const twin = SAME_AS[field];
    if (twin !== undefined && errors[twin] !== undefined && isOneLogin) continue;
    const own = inputs.get(field);
    const block = own ?? findNearest(inputs, field);
    if (block === undefined) continue;
    const said = own === undefined ? nameField(field, sentence, inputs) : sentence;
    sentences.set(block, [...(sentences.get(block) ?? []), said]);
  }
  return Object.fromEntries([...sentences].map(([block, said]) => [block, said.join(' ')]));
}

function findNearest(inputs: ReadonlyMap<string, string>, field: AccountField): string | undefined {
  const candidates = [...(NEAREST[field] ?? []), ...ANYWHERE, ...inputs.keys()];
  return candidates.map((candidate) => inputs.get(candidate)).find((block) => block !== undefined);
}

function nameField(field: AccountField, sentence: string, inputs: ReadonlyMap<string, string>): string {
  const named = `${FIELD_LABELS[field]}: ${sentence}`;
  const isOnPage1 = WHO_FIELDS.some((who) => who === field) && inputs.has('smtp_password');
  return isOnPage1 ? `${named} ${FORM.goBack}` : named;
}

function entriesOf(errors: FieldErrors): [AccountField, string][] {
  const fields: Partial<Record<string, string>> = errors;
  return Object.entries(FIELD_LABELS).flatMap(([field]) => {
    const sentence = fields[field];
    return sentence === undefined || !isAccountField(field) ? [] : [[field, sentence]];
  });
}

function isAccountField(field: string): field is AccountField {
  return field in FIELD_LABELS && field !== 'same_login';
}
