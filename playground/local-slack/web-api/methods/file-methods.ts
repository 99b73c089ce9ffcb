import { z } from 'zod';
import type { Core } from '../../core.ts';
import { noteSecrets } from '../../ledger/secret-watch.ts';
import { addFile, deleteFile, fileJson } from '../../state/files.ts';
import type { Channel, SlackFile } from '../../state/records.ts';
import { findChannelForApp } from '../../state/visible-channels.ts';
import { anyObject, count, json } from '../args.ts';
import { botMethod, type CallContext, type Method, SlackApiError } from '../web-api-method.ts';
import { checkThread } from './chat-methods.ts';

const pageArgs = {
  count: count.optional(),
  page: count.optional(),
  limit: count.optional(),
  cursor: z.string().optional(),
};

/** Upload in three steps (ask for an address, send the bytes there, put the file into a channel), looking and deleting. */
export const fileMethods: { [name: string]: Method } = {
  'files.getUploadURLExternal': botMethod(
    'files:write',
    { filename: z.string(), length: count, alt_txt: z.string().optional(), snippet_type: z.string().optional() },
    ({ core, installation }, { filename, length }) => {
      if (length === 0) throw new SlackApiError('invalid_arguments');
      const { teamId, botUserId } = installation;
      const { id } = addFile(core, { teamId, userId: botUserId, name: filename });
      return { upload_url: `${core.url()}/upload/v1/${id}`, file_id: id };
    },
  ),

  'files.completeUploadExternal': botMethod(
    'files:write',
    {
      files: json(z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1)),
      channel_id: z.string().optional(),
      channels: z.string().optional(),
      initial_comment: z.string().optional(),
      thread_ts: z.string().optional(),
      blocks: json(z.array(anyObject)).optional(),
    },
    (context, { files, channel_id, initial_comment = '', thread_ts }) => {
      const { core, installation } = context;
      const uploaded = files.map(({ id, title }) => {
        const file = findFile(context, id);
        if (file.content.length === 0) throw new SlackApiError('file_not_found');
        return { file, title: title ?? file.name };
      });
      const channel = channel_id === undefined ? undefined : findPlace(context, channel_id, thread_ts);
      for (const { file, title } of uploaded) Object.assign(file, { title, channelId: channel?.id });
      if (channel !== undefined) {
        core.messages.post({
          channelId: channel.id,
          userId: installation.botUserId,
          botId: installation.botId,
          text: initial_comment,
          threadTs: thread_ts,
          files: uploaded.map(({ file }) => file.id),
        });
      }
      return { files: uploaded.map(({ file }) => fileJson(core, file)) };
    },
  ),

  'files.info': botMethod('files:read', { file: z.string(), ...pageArgs }, (context, { file }) => ({
    file: fileJson(context.core, findFile(context, file)),
    comments: [],
    response_metadata: { next_cursor: '' },
  })),

  /** A bot may delete what it uploaded itself; never what a person did, whatever its scopes. */
  'files.delete': botMethod('files:write', { file: z.string() }, (context, { file: id }) => {
    const file = findFile(context, id);
    if (file.userId !== context.installation.botUserId) throw new SlackApiError('cant_delete_file');
    deleteFile(context.core, file);
    return {};
  }),
};

function findFile({ core, installation }: CallContext, id: string): SlackFile {
  const file = core.state.files.get(id);
  if (file === undefined || file.teamId !== installation.teamId) throw new SlackApiError('file_not_found');
  if (file.deleted) throw new SlackApiError('file_deleted');
  return file;
}

function findPlace(context: CallContext, channelId: string, threadTs: string | undefined): Channel {
  const { core, installation } = context;
  const channel = findChannelForApp(core.state, installation, channelId);
  if (channel === undefined) throw new SlackApiError('channel_not_found');
  if (!channel.members.has(installation.botUserId)) throw new SlackApiError('not_in_channel');
  if (channel.is_archived) throw new SlackApiError('is_archived');
  checkThread(context, channel, threadTs);
  return channel;
}

/** Takes the bytes of step two; a multipart body is unwrapped. The HTTP status that answers it. */
export async function takeUpload(core: Core, path: string, body: Buffer, contentType: string): Promise<number> {
  const file = core.state.files.get(path.split('/').at(-1) ?? '');
  if (file === undefined || file.content.length > 0 || body.length === 0) return 404;
  file.content = contentType.includes('multipart/form-data') ? await unwrap(body, contentType) : body;
  noteSecrets(core, 'upload', file.content.toString());
  return 200;
}

async function unwrap(body: Buffer, contentType: string): Promise<Buffer> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  for (const value of form.values()) if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  return Buffer.alloc(0);
}
