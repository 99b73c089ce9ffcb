import type { MostCharacters, PasswordField } from '../contract.ts';
import { h, icon } from '../dom.ts';
import { FORM } from '../sentences.ts';

export type Field = {
  element: HTMLElement;
  input: HTMLInputElement;
  /** Shows why the field is wrong; '' for nothing. */
  complain(why: string): void;
  /** Forgets what was typed, and hides what is typed next. */
  clear(): void;
};

const MOST_OF_PASSWORD: MostCharacters['password'] = 2_000;

/** A masked field with a button that shows what was typed. It is not for the browser's password store. */
export function createPasswordField(name: PasswordField, label: string, hint: (Node | string)[]): Field {
  const ids = { input: name, hint: `${name}-hint`, why: `${name}-why` };
  const input = h('input', {
    id: ids.input,
    type: 'password',
    maxlength: String(MOST_OF_PASSWORD),
    placeholder: ' ',
    autocomplete: 'off',
    autocapitalize: 'none',
    autocorrect: 'off',
    spellcheck: 'false',
    'aria-describedby': `${ids.why} ${ids.hint}`,
    'aria-required': 'true',
    // Password managers look for these.
    'data-1p-ignore': true,
    'data-lpignore': 'true',
    'data-bwignore': true,
  });
  const eye = h('button', { type: 'button', 'aria-pressed': 'false', 'aria-controls': ids.input });
  const why = h('p', { class: 'hint bad', id: ids.why, role: 'alert' });
  eye.addEventListener('click', () => reveal(input.type === 'password'));
  input.addEventListener('input', () => complain(''));
  reveal(false);
  const element = h(
    'div',
    { class: 'field' },
    h('label', { for: ids.input }, label),
    h('div', { class: 'masked' }, input, eye),
    why,
    h('p', { class: 'hint', id: ids.hint }, ...hint),
  );
  return { element, input, complain, clear };

  function reveal(isShown: boolean): void {
    input.type = isShown ? 'text' : 'password';
    eye.setAttribute('aria-pressed', String(isShown));
    eye.replaceChildren(icon('eye'), isShown ? FORM.hide : FORM.show, h('span', { class: 'unseen' }, ` ${label}`));
  }

  function complain(sentence: string): void {
    why.textContent = sentence;
    if (sentence === '') input.removeAttribute('aria-invalid');
    else input.setAttribute('aria-invalid', 'true');
  }

  function clear(): void {
    input.value = '';
    reveal(false);
  }
}
