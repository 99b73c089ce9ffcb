import { Agent, request } from 'undici';
import { createConnect } from '../../operations/proxy/connect.ts';
import type { Proxies } from '../../operations/proxy/find-proxy.ts';

export const ANSWER_WITHIN_MS = 10_000;

export type Answered = { status: number; text: string };

/** One HTTP request. Redirects are not followed. @throws the network's error; `sayWhyUnreachable` has words for it */
export async function ask(url: URL, proxies: Proxies, post?: { type: string; body: string }): Promise<Answered> {
  const dispatcher = new Agent({ connect: createConnect(proxies)(ANSWER_WITHIN_MS), allowH2: false });
  try {
    const { statusCode, body } = await request(url, {
      ...(post && { method: 'POST', headers: { 'content-type': post.type }, body: post.body }),
      dispatcher,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return { status: statusCode, text: await body.text() };
  } finally {
    await dispatcher.destroy();
  }
}
