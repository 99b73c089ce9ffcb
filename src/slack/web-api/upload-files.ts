import { z } from 'zod';
import { NotBegunError, type SlackFetch } from './slack-fetch.ts';

/** A CSV file. */
export type TextFile = { name: string; title: string; content: string };

/** The arguments of a method of Slack's Web API. Undefined ones are left out. */
export type Arguments = Record<string, string | number | boolean | undefined>;

export type UploadDeps = {
  /** Calls a method of Slack's Web API. */
  call<T>(method: string, args: Arguments, shape: z.ZodType<T>): Promise<T>;
  fetch: SlackFetch;
  isStillOurs: (() => boolean) | undefined;
};

const UPLOAD_WITHIN_MS = 30_000;

/** Without a byte order mark, Excel reads UTF-8 as Windows-1252: “MÃ¼ller” for “Müller”. */
const MARK = '\uFEFF';

const uploadUrl = z.object({ upload_url: z.url({ protocol: /^https?$/ }), file_id: z.string() });

const shared = z.object({});

/**
 * Puts files into a conversation as one message. Gets an upload URL for each file, sends the bytes, shares them all:
 * https://docs.slack.dev/messaging/working-with-files#upload
 *
 * @returns false where Slack did not accept the bytes of a file; then nothing is shared
 */
export async function uploadFiles(
  deps: UploadDeps,
  { channelId, files, threadTs }: { channelId: string; files: readonly TextFile[]; threadTs: string | undefined },
): Promise<boolean> {
  const uploaded: { id: string; title: string }[] = [];
  for (const { name, title, content } of files) {
    const body = MARK + content;
    const wanted = { filename: name, length: Buffer.byteLength(body) };
    const { upload_url, file_id } = await deps.call('files.getUploadURLExternal', wanted, uploadUrl);
    if (!(await isSent(deps, upload_url, body))) return false;
    uploaded.push({ id: file_id, title });
  }
  const args = { files: JSON.stringify(uploaded), channel_id: channelId, thread_ts: threadTs };
  await deps.call('files.completeUploadExternal', args, shared);
  return true;
}

/** The upload URL is as secret as a token, so no error contains it. */
async function isSent({ fetch, isStillOurs }: UploadDeps, uploadUrl: string, body: string): Promise<boolean> {
  try {
    const { ok } = await fetch(uploadUrl, {
      method: 'POST',
      headers: { 'content-type': 'text/csv; charset=utf-8' },
      body,
      signal: AbortSignal.timeout(UPLOAD_WITHIN_MS),
      isStillOurs,
    });
    return ok;
  } catch (error) {
    if (error instanceof NotBegunError) throw error;
    return false;
  }
}
