import { z } from 'zod';
import type { Core } from '../../core.ts';
import { findChannelForApp } from '../../state/visible-channels.ts';
import { anyObject, count, json } from '../args.ts';
import { botMethod, type Method, SlackApiError } from '../web-api-method.ts';

const SCOPE = 'files:write';

/** Upload in three steps: ask for an address, send the bytes there, put the file into a channel. */
export const fileMethods: { [name: string]: Method } = {
  'files.getUploadURLExternal': botMethod(
    SCOPE,
    { filename: z.string(), length: count, alt_txt: z.string().optional(), snippet_type: z.string().optional() },
    ({ core, installation }, { filename, length }) => {
      if (length === 0) throw new SlackApiError('invalid_arguments');
      const id = core.ids.next('F');
      core.state.files.set(id, {
        id,
        teamId: installation.teamId,
        name: filename,
        title: filename,
        content: Buffer.alloc(0),
        channelId: undefined,
      });
      return { upload_url: `${core.url()}/upload/v1/${id}`, file_id: id };
    },
  ),

  'files.completeUploadExternal': botMethod(
    SCOPE,
    {
      files: json(z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1)),
      channel_id: z.string().optional(),
      channels: z.string().optional(),
      initial_comment: z.string().optional(),
      thread_ts: z.string().optional(),
      blocks: json(z.array(anyObject)).optional(),
    },
    ({ core, installation }, { files, channel_id, initial_comment, thread_ts }) => {
      const uploaded = files.map(({ id, title }) => {
        const file = core.state.files.get(id);
        if (file === undefined || file.teamId !== installation.teamId || file.content.length === 0) {
          throw new SlackApiError('file_not_found');
        }
        return { file, title: title ?? file.name };
      });
      const channel = channel_id === undefined ? undefined : findChannelForApp(core.state, installation, channel_id);
      if (channel_id !== undefined && channel === undefined) throw new SlackApiError('channel_not_found');
      if (channel !== undefined && !channel.members.has(installation.botUserId))
        throw new SlackApiError('not_in_channel');
      if (channel?.is_archived === true) throw new SlackApiError('is_archived');
      for (const { file, title } of uploaded) Object.assign(file, { title, channelId: channel?.id });
      if (channel !== undefined) {
        core.messages.post({
          channelId: channel.id,
          userId: installation.botUserId,
          botId: installation.botId,
          text: initial_comment ?? '',
          threadTs: thread_ts,
          files: uploaded.map(({ file }) => file.id),
        });
      }
      return { files: uploaded.map(({ file }) => ({ id: file.id, title: file.title, name: file.name })) };
    },
  ),
};

/** Takes the bytes of step two; a multipart body is unwrapped. The HTTP status that answers it. */
export async function takeUpload(core: Core, path: string, body: Buffer, contentType: string): Promise<number> {
  const file = core.state.files.get(path.split('/').at(-1) ?? '');
  if (file === undefined || file.content.length > 0 || body.length === 0) return 404;
  file.content = contentType.includes('multipart/form-data') ? await unwrap(body, contentType) : body;
  return 200;
}

async function unwrap(body: Buffer, contentType: string): Promise<Buffer> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  for (const value of form.values()) if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  return Buffer.alloc(0);
}
