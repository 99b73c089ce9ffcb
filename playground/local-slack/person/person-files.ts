import type { FileToAttach } from '../api.ts';
import type { Core } from '../core.ts';
import { type JsonObject, stringsAt } from '../json.ts';
import type { PlacedElement } from '../state/elements.ts';
import { addFile, extensionOf, fileInStateJson } from '../state/files.ts';
import type { PersonRecord } from '../state/records.ts';
import type { OpenView } from '../state/views.ts';
import { ClientRefusal } from './client-form.ts';

const MAX_FILES = 10;
const MAX_BYTES = 10 * 1024 * 1024;

/** What a file field holds once these are uploaded, or what the client says under it instead. */
export function attachedValue(
  core: Core,
  person: PersonRecord,
  { view }: OpenView,
  { element, type }: PlacedElement,
  files: FileToAttach[],
): { value: JsonObject } | { error: string } {
  if (type !== 'file_input') throw new ClientRefusal(`no file can be put into a ${type}`);
  const error = refusalOf(element, files);
  if (error !== undefined) return { error };
  const uploaded = files.map(({ name, content }) =>
    addFile(core, { teamId: view.app_installed_team_id, userId: person.id, name, content: Buffer.from(content) }),
  );
  return { value: { type, files: uploaded.map((file) => fileInStateJson(core, file)) } };
}

function refusalOf(element: JsonObject, files: FileToAttach[]): string | undefined {
  const most = typeof element.max_files === 'number' ? element.max_files : MAX_FILES;
  if (files.length > most) return most === 1 ? 'You can only upload 1 file.' : `You can only upload ${most} files.`;
  const types = stringsAt(element, 'filetypes').map((type) => type.toLowerCase());
  for (const { name, content } of files) {
    if (types.length > 0 && !types.includes(extensionOf(name))) {
      return `${name} can’t be uploaded. Allowed file types: ${types.join(', ')}.`;
    }
    if (content.length === 0) return `${name} is empty.`;
    if (Buffer.byteLength(content) > MAX_BYTES) return `${name} is larger than 10 MB.`;
  }
  return undefined;
}
