import type { Snapshot } from '../snapshot.ts';

/** The first choice there is. */
const FIRST = '';

const NAMES = ['Jane Doe', 'Bob Roe', 'Kim Lee', 'Ana Diaz', 'Tom Hill'];

/** Types an example into every empty field of the modal, as a person would. */
export function fillInExample({ coldsend }: Snapshot): void {
  const count = coldsend.accounts.length;
  const name = NAMES[count % NAMES.length] ?? '';
  const address = `${name.toLowerCase().split(' ')[0]}${count < NAMES.length ? '' : count}@acme.com`;
  const examples: { [field: string]: string } = {
    api_key: coldsend.apiKey,
    email_address: address,
    display_name: name,
    inbox_type: 'GOOGLE_WORKSPACE',
    smtp_host: 'smtp.acme.com',
    smtp_password: 'abcd efgh ijkl mnop',
    imap_host: 'imap.acme.com',
    imap_password: 'abcd efgh ijkl mnop',
    client_label: 'Globex',
    client_channels: FIRST,
    default_daily_limit: '40',
    recipient: 'you@acme.com',
    preset_daily_limit: '40',
    preset_name: '{local} from Globex',
    preset_domains: 'globex-mail.com',
    send_with_password: FIRST,
  };
  for (const field of document.querySelectorAll('#modal [data-field]')) {
    const example = examples[field.getAttribute('data-field') ?? ''];
    if (example !== undefined) fillIn(field, example);
  }
  const submit = document.querySelector('#modal [type=submit]');
  if (submit instanceof HTMLElement) submit.focus();
}

function fillIn(field: Element, example: string): void {
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
    if (field.value !== '') return;
    field.value = example;
    field.dispatchEvent(new Event('input'));
  } else if (field.querySelector(':checked') === null) {
    const choice = field.querySelector(example === FIRST ? 'input' : `[value=${example}]`);
    if (choice instanceof HTMLElement) choice.click();
  }
}
