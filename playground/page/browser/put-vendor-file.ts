import { objectAt } from '../../local-slack/json.ts';
import type { Block } from '../../local-slack/local-slack.ts';
import { writeVendorFile, writeVendorPaste } from '../../vendor-file.ts';
import type { OpenModal } from '../snapshot.ts';
import type { Page } from './state.ts';

/** Whether the form has a place for many rows: a file, or a text. */
export function takesVendorFile({ blocks }: OpenModal): boolean {
  return blocks.some((block) => isFileField(block) || isTextField(block));
}

/** Puts a vendor's file into the file field of the open form; where there is none, its rows into the long text. */
export function putVendorFile(page: Page, { blocks }: OpenModal): void {
  const fileField = blocks.find(isFileField)?.block_id;
  if (fileField !== undefined) {
    void page.attach(fileField, [new File([writeVendorFile()], 'globex-october.csv', { type: 'text/csv' })]);
    return;
  }
  const text = document.querySelector('#modal textarea');
  if (!(text instanceof HTMLTextAreaElement)) return;
  text.value = writeVendorPaste();
  text.dispatchEvent(new Event('input'));
  text.focus();
}

function isFileField(block: Block): boolean {
  return objectAt(block, 'element')?.type === 'file_input';
}

function isTextField(block: Block): boolean {
  return objectAt(block, 'element')?.multiline === true && /^rows\b/.test(block.block_id ?? '');
}
