import type { Core } from '../core.ts';
import { type JsonObject, objectsAt, stringAt } from '../json.ts';
import type { SlackFile } from './records.ts';

/** https://docs.slack.dev/reference/objects/file-object#types */
const TYPES: { [extension: string]: { mimetype: string; pretty: string } } = {
  csv: { mimetype: 'text/csv', pretty: 'CSV' },
  tsv: { mimetype: 'text/tab-separated-values', pretty: 'TSV' },
  txt: { mimetype: 'text/plain', pretty: 'Plain Text' },
  json: { mimetype: 'application/json', pretty: 'JSON' },
  html: { mimetype: 'text/html', pretty: 'HTML' },
  pdf: { mimetype: 'application/pdf', pretty: 'PDF' },
  png: { mimetype: 'image/png', pretty: 'PNG' },
  zip: { mimetype: 'application/zip', pretty: 'Zip' },
  xls: { mimetype: 'application/vnd.ms-excel', pretty: 'Excel Spreadsheet' },
  xlsx: {
    mimetype: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    pretty: 'Excel Spreadsheet',
  },
};

const UNKNOWN = { mimetype: 'application/octet-stream', pretty: 'Binary' };

export type NewFile = Pick<SlackFile, 'teamId' | 'userId' | 'name'> & { content?: Buffer };

export function addFile({ ids, state, now }: Core, { content = Buffer.alloc(0), ...given }: NewFile): SlackFile {
  const id = ids.next('F');
  const file = { ...given, id, title: given.name, content, channelId: undefined, created: now(), deleted: false };
  state.files.set(id, file);
  return file;
}

/** The bytes are gone, the id is remembered. */
export function deleteFile({ keeper }: Core, file: SlackFile): void {
  file.deleted = true;
  file.content = Buffer.alloc(0);
  keeper.emit({ kind: 'file_deleted', fileId: file.id });
}

/** What a person reads in a file field; of a file from another workspace its id. */
export function attachedNames(held: JsonObject): string[] {
  return objectsAt(held, 'files').map((file) => stringAt(file, 'name') ?? stringAt(file, 'id') ?? '');
}

/** What a name ends in, without the dot and in lower case. */
export function extensionOf(name: string): string {
  return /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

export function mimetypeOf({ name }: SlackFile): string {
  return (TYPES[extensionOf(name)] ?? UNKNOWN).mimetype;
}

/** A file as answers and payloads carry it: https://docs.slack.dev/reference/objects/file-object */
export function fileJson({ state, url }: Core, file: SlackFile): JsonObject {
  const { id, teamId, userId, name, title, content, channelId } = file;
  const seconds = Math.floor(file.created / 1000);
  const type = TYPES[extensionOf(name)];
  const place = `${url()}/files-pri/${teamId}-${id}`;
  const inUrl = name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '_');
  const { domain } = state.getWorkspace(teamId);
  return {
    id,
    created: seconds,
    timestamp: seconds,
    name,
    title,
    mimetype: mimetypeOf(file),
    filetype: type === undefined ? 'binary' : extensionOf(name),
    pretty_type: (type ?? UNKNOWN).pretty,
    user: userId,
    user_team: state.people.get(userId)?.teamId ?? teamId,
    editable: false,
    size: content.length,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: false,
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    file_access: 'visible',
    url_private: `${place}/${inUrl}`,
    url_private_download: `${place}/download/${inUrl}`,
    permalink: `https://${domain}.slack.com/files/${userId}/${id}/${inUrl}`,
    channels: channelId === undefined ? [] : [channelId],
  };
}

/**
 * A file in the state of a view. Of somebody from another workspace (Slack Connect) it says no more than its id: the rest
 * has to be asked for by `files.info` (https://docs.slack.dev/reference/objects/file-object#slack_connect_files).
 */
export function fileInStateJson(core: Core, file: SlackFile): JsonObject {
  const userTeam = core.state.people.get(file.userId)?.teamId;
  if (userTeam === file.teamId) return fileJson(core, file);
  const { id } = file;
  return { id, created: 0, timestamp: 0, mode: 'file_access', file_access: 'check_file_info', user_team: userTeam };
}
