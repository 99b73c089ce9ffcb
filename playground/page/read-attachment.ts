import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { FileToAttach } from '../local-slack/local-slack.ts';

/** Files that a browser sends as `multipart/form-data`; undefined where the body is no such thing. */
export async function readAttachment(request: IncomingMessage): Promise<FileToAttach[] | undefined> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const body = new Uint8Array(await buffer(request));
  // An empty form has no parts, and is no multipart body to whoever reads strictly.
  const form = await new Response(body, { headers }).formData().catch(() => undefined);
  if (form === undefined) return undefined;
  const files = form.getAll('file').filter((value) => typeof value !== 'string');
  return Promise.all(files.map(async (file) => ({ name: file.name, content: await file.bytes() })));
}
