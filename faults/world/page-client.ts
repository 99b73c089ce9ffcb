import { type Answer, ask, upload } from '../../test/web/secure/start-batch-page.ts';
import { PUBLIC_URL } from './fault-world.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Site } from './sites.ts';

/** What the script of one person's pages asks the bot. Undefined without an answer. */
export type PageClient = {
  ask(what: Parameters<typeof ask>[1], body: object): Promise<Answer | undefined>;
  upload(what: 'read' | 'add', token: string, body: string | object): Promise<Answer | undefined>;
};

/**
 * Behind the public URL there are all bots that live. Mostly, the one answers that dies next.
 *
 * @param from differs between people: each address has only so many tries
 */
export function createPageClient(
  { url, urls }: Pick<Site<unknown>, 'url' | 'urls'>,
  random: SeededRandom,
  from: string,
): PageClient {
  const headers = { 'x-forwarded-for': from };
  const find = () => {
    const all = urls();
    return { publicUrl: PUBLIC_URL, at: (random.next() < 0.6 ? url() : all[random.between(0, all.length - 1)]) ?? '' };
  };
  return {
    ask: (what, body) => bodyIn(ask(find(), what, body, headers)),
    upload: (what, token, body) => bodyIn(upload(find(), what, token, body, headers)),
  };
}

async function bodyIn(answered: ReturnType<typeof ask>): Promise<Answer | undefined> {
  try {
    return (await answered).body;
  } catch {
    return undefined;
  }
}
