import type { LocalSlack, StoredMessage } from '../../playground/local-slack/local-slack.ts';
import type { ShownOutcome } from '../judging/facts.ts';

/** Titles of the outcomes, as people read them in the announcement and in the reply. */
const TITLES: [RegExp, ShownOutcome][] = [
  [/^Inbox added\b/, 'added'],
  [/^Inbox not added: ColdSend already has it/, 'exists'],
  [/^Inbox not added: ColdSend refused the API key/, 'key_refused'],
  [/^Inbox not added: ColdSend refused it/, 'refused'],
  [/^We don't know if the inbox was added/, 'unknown'],
  [/^Inbox not added: we couldn't send it within 24 hours/, 'expired'],
  // Whoever refused it.
  [/^Inbox not added/, 'refused'],
];

const ADDRESS = /[a-z0-9.-]+@faults\.test/;

export type Reports = {
  announcements(address: string): StoredMessage[];
  replies(address: string): StoredMessage[];
  /** Resolves when every address has its outcome in the thread and in the announcement; rejects when time is over. */
  waitFor(addresses: string[], timeoutMs: number): Promise<void>;
  close(): void;
};

/** Keeps what was posted in Slack about each address, by the address that stands in the text. */
export function watchReports(slack: LocalSlack): Reports {
  const byAddress = new Map<string, { announcements: Set<StoredMessage>; replies: Set<StoredMessage> }>();
  const waiting = new Set<() => void>();
  const of = (address: string) => {
    const known = byAddress.get(address) ?? { announcements: new Set(), replies: new Set() };
    byAddress.set(address, known);
    return known;
  };
  const isReported = (address: string): boolean => {
    const { announcements, replies } = of(address);
    return replies.size > 0 && [...announcements].some(({ text }) => shownIn(text) !== undefined);
  };
  const stop = slack.onChange((change) => {
    if (change.kind !== 'message' || hasLink(change.message)) return;
    const address = ADDRESS.exec(change.message.text)?.[0];
    if (address === undefined) return;
    const { announcements, replies } = of(address);
    (change.message.threadTs === undefined ? announcements : replies).add(change.message);
    for (const check of [...waiting]) check();
  });

  return {
    announcements: (address) => [...of(address).announcements],
    replies: (address) => [...of(address).replies],
    waitFor(addresses, timeoutMs) {
      if (addresses.every(isReported)) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const check = (): void => {
          if (addresses.every(isReported)) finish(resolve);
        };
        const timer = setTimeout(() => {
          const missing = addresses.filter((address) => !isReported(address));
          finish(() => reject(new NotReportedError(missing, timeoutMs)));
        }, timeoutMs);
        // Nobody may be waiting any longer: the process that should report it has died.
        timer.unref();
        const finish = (then: () => void): void => {
          clearTimeout(timer);
          waiting.delete(check);
          then();
        };
        waiting.add(check);
      });
    },
    close: stop,
  };
}

/** A link to the secure page is sent to one person alone, and tells nothing of an outcome. */
function hasLink({ blocks }: StoredMessage): boolean {
  return JSON.stringify(blocks).includes('/secure#');
}

export class NotReportedError extends Error {
  readonly missing: string[];
  constructor(missing: string[], afterMs: number) {
    super(`not reported within ${afterMs} ms: ${missing.join(', ')}`);
    this.name = 'NotReportedError';
    this.missing = missing;
  }
}

/** The outcome a text begins with; undefined while there is none. */
export function shownIn(text: string): ShownOutcome | undefined {
  return TITLES.find(([title]) => title.test(text))?.[1];
}
