import { objectsAt, stringAt, stringsAt } from '../../local-slack/json.ts';
import type { JsonObject } from '../../local-slack/local-slack.ts';
import { h, type Props, type VNode } from './h.ts';

/** A field for files: the browser's own picker, a place to drop them, and the names of what is in it. */
export function renderFileField(
  element: JsonObject,
  held: JsonObject | undefined,
  shared: Props,
  attach: (files: File[]) => void,
): VNode {
  const names = objectsAt(held, 'files').map((file) => stringAt(file, 'name') ?? stringAt(file, 'id') ?? '');
  return h(
    'div',
    {
      key: shared.key,
      class: 'file-field',
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => {
        event.preventDefault();
        if (event instanceof DragEvent) attach([...(event.dataTransfer?.files ?? [])]);
      },
    },
    h('input', {
      ...shared,
      type: 'file',
      multiple: element.max_files !== 1,
      accept: stringsAt(element, 'filetypes')
        .map((type) => `.${type}`)
        .join(),
      onchange: ({ target }) => {
        if (!(target instanceof HTMLInputElement)) return;
        const files = [...(target.files ?? [])];
        // So that the same file can be picked again.
        target.value = '';
        attach(files);
      },
    }),
    h('span', { class: 'hint' }, 'or drop it here'),
    names.length > 0 &&
      h(
        'p',
        { class: 'attached', role: 'status' },
        h('span', {}, names.join(', ')),
        h('button', { type: 'button', class: 'button', onclick: () => attach([]) }, 'Remove'),
      ),
  );
}
