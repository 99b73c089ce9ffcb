import { ask, isOpenQuestion, thisPage } from '../ask.ts';
import type { CheckAnswer, PasswordField, PasswordToEnter, SaveAnswer } from '../contract.ts';
import { h, icon, linkToNewTab, say, show } from '../dom.ts';
import { card, renderFates, renderWhom, showEnd, showGone, showSaved } from '../plain-states.ts';
import { CHECK_AGAIN, CHECKED, FORM, PROBLEMS, type Problem, UNKNOWN_PASSWORD, WARNINGS } from '../sentences.ts';
import { createPasswordField, type Field } from './password-field.ts';

const APP_PASSWORDS = 'https://myaccount.google.com/apppasswords';

/**
 * The form for the password of one inbox.
 *
 * @param end called when the form is left for good
 */
export function showPasswordForm(
  token: string,
  inbox: PasswordToEnter,
  end: () => void,
): { clear(): void; expire(): void } {
  const pageId = thisPage();
  const isOneLogin = inbox.smtpUser === inbox.imapUser;
  const smtpLabel = isOneLogin ? FORM.labels[inbox.provider] : FORM.smtpLabel;
  const smtp = createPasswordField('smtp_password', smtpLabel, hintFor(inbox));
  const imap = createPasswordField('imap_password', FORM.imapLabel, [FORM.imapHint(inbox.imapUser)]);
  const other = h('button', { type: 'button', class: 'text' }, FORM.otherImap);
  const submit = h('button', { class: 'button main wide' }, FORM.submit);
  const note = h('div', { class: 'note bad', role: 'alert', hidden: true });
  const form = h('form', { class: 'stack', autocomplete: 'off', novalidate: true }, smtp.element);
  if (!isOneLogin) form.append(imap.element);
  else if (inbox.provider === 'CUSTOM_SMTP') form.append(other);
  const check = h('button', { type: 'button', class: 'text' }, FORM.check);
  if (inbox.canCheck) form.append(check);
  form.append(note, submit);
  let isSure = false;
  let isAsking = false;
  /** A password was sent, and no answer says that nothing was saved. */
  let isUnsure = false;

  other.addEventListener('click', () => {
    other.replaceWith(imap.element);
    imap.input.focus();
  });
  check.addEventListener('click', () => void checkLogin());
  form.addEventListener('input', () => warn([]));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void save();
  });
  const head = h('header', {}, renderWhom(inbox), h('h1', {}, FORM.title(inbox.address)));
  const fates = renderFates(FORM.fate, FORM.fates);
  show(card(head, renderFacts(inbox), form, fates), h('p', { class: 'foot' }, FORM.foot));
  smtp.input.focus({ preventScroll: true });
  return { clear, expire };

  function fields(): [PasswordField, Field][] {
    return imap.element.isConnected
      ? [
          ['smtp_password', smtp],
          ['imap_password', imap],
        ]
      : [['smtp_password', smtp]];
  }

  async function save(): Promise<void> {
    if (isAsking || complainOf(findEmpty())) return;
    setBusy(submit, FORM.saving);
    const answer = await ask<SaveAnswer>('save', { token, pageId, ...typed(), isSure });
    setBusy(submit);
    isUnsure = isOpenQuestion(answer, isUnsure);
    take(answer);
  }

  async function checkLogin(): Promise<void> {
    if (isAsking || complainOf(findEmpty())) return;
    setBusy(check, FORM.checking);
    const tried = typed();
    const answer = await ask<CheckAnswer>('check', { token, ...tried });
    setBusy(check);
    // The answer is about another password.
    if (JSON.stringify(tried) !== JSON.stringify(typed())) return;
    if (typeof answer === 'string') tell(CHECKED.problems[answer]);
    else if (answer.kind === 'wrong') complainOf(answer.errors);
    else if (answer.kind === 'checked' && answer.works) showNote('ok', [...answer.lines, CHECKED.works]);
    else if (answer.kind === 'checked') tell(...answer.lines, CHECKED.next);
    else if (answer.kind === 'unchecked') tell(CHECKED.noMore);
    else leaveFor(false);
  }

  function typed(): Record<PasswordField, string> {
    const { value: smtp_password } = smtp.input;
    return { smtp_password, imap_password: imap.element.isConnected ? imap.input.value : smtp_password };
  }

  function take(answer: SaveAnswer | Problem): void {
    if (typeof answer === 'string') tell(PROBLEMS[answer]);
    else if (answer.kind === 'wrong') complainOf(answer.errors);
    else if (answer.kind === 'unsure') warn(answer.warnings);
    else leaveFor(answer.kind === 'saved');
  }

  /** The link does not work anymore. The page that has sent the password may still ask what became of it. */
  function expire(): void {
    if (!isAsking && !isUnsure) leaveFor(false);
  }

  function leaveFor(isSaved: boolean): void {
    clear();
    end();
    if (isSaved) showSaved(inbox.address, inbox.threadUrl);
    else if (isUnsure) showEnd(UNKNOWN_PASSWORD, inbox.threadUrl);
    else showGone();
  }

  function findEmpty(): Partial<Record<PasswordField, string>> {
    return Object.fromEntries(
      fields()
        .filter(([, { input }]) => input.value === '')
        .map(([name]) => [name, FORM.empty[name]]),
    );
  }

  /** True if a field is wrong; the first of them gets the focus. */
  function complainOf(errors: Partial<Record<PasswordField, string>>): boolean {
    const wrong = fields().filter(([name]) => errors[name] !== undefined);
    for (const [name, field] of wrong) field.complain(errors[name] ?? '');
    wrong[0]?.[1].input.focus();
    return wrong.length > 0;
  }

  /** The next press saves it anyway, until something is changed. */
  function warn(warnings: string[]): void {
    isSure = warnings.length > 0;
    submit.textContent = isSure ? FORM.submitAnyway : FORM.submit;
    tell(...warnings.map((warning) => WARNINGS[warning] ?? warning), ...(isSure ? [CHECK_AGAIN] : []));
  }

  function tell(...sentences: string[]): void {
    showNote('bad', sentences);
  }

  function showNote(tone: 'ok' | 'bad', sentences: string[]): void {
    note.hidden = sentences.length === 0;
    note.className = `note ${tone}`;
    note.replaceChildren(
      icon(tone === 'ok' ? 'check' : 'alert'),
      h('div', {}, ...sentences.map((sentence) => h('p', {}, sentence))),
    );
  }

  /** Without words, the answer is there. */
  function setBusy(button: HTMLElement, words?: string): void {
    isAsking = words !== undefined;
    // Not `disabled`: the button keeps the focus.
    button.setAttribute('aria-disabled', String(isAsking));
    if (isAsking) tell();
    submit.textContent = isSure ? FORM.submitAnyway : FORM.submit;
    check.textContent = FORM.check;
    if (words !== undefined) button.textContent = words;
    say(words ?? '');
  }

  function clear(): void {
    smtp.clear();
    imap.clear();
  }
}

function renderFacts({
  name,
  provider,
  smtp,
  imap,
  smtpUser,
  imapUser,
  address,
  dailyLimit,
}: PasswordToEnter): HTMLElement {
  const isUsual = smtpUser === address && imapUser === address;
  const users = smtpUser === imapUser ? smtpUser : `${smtpUser} (${FORM.facts.smtp}), ${imapUser} (${FORM.facts.imap})`;
  const facts = [
    [FORM.facts.name, name],
    [FORM.facts.provider, FORM.providers[provider]],
    [FORM.facts.smtp, FORM.server(smtp, 'TLS')],
    [FORM.facts.imap, FORM.server(imap, 'SSL')],
    ...(isUsual ? [] : [[FORM.facts.user, users]]),
    [FORM.facts.dailyLimit, FORM.emails(dailyLimit)],
  ];
  return h(
    'dl',
    { class: 'facts' },
    ...facts.flatMap(([term = '', fact = '']) => [h('dt', {}, term), h('dd', {}, fact)]),
  );
}

function hintFor({ provider }: PasswordToEnter): (Node | string)[] {
  const hint = FORM.hints[provider];
  if (provider !== 'GOOGLE_WORKSPACE') return [hint];
  return [hint, ' ', linkToNewTab(APP_PASSWORDS, '', FORM.appPasswords), '.'];
}
