import type { BatchDefaults, ChosenColumns } from '../contract.ts';
import type { SheetRow } from './sheet/sheet.ts';
import type { Source } from './upload-state.ts';

/* Rows go from a page whose link has ended to a page with a new one, in the same browser. They are stored nowhere in between. */

const CHANNEL = 'rows-without-a-link';

/** What a person has read, chosen and typed. Without `source`, the rows are those that failed before. */
export type Handover = {
  source: Source | undefined;
  chosen: ChosenColumns;
  defaults: BatchDefaults;
  rows: SheetRow[];
};

/** `whose`: only pages for the same person and list understand each other. */
type Said = { whose: string } & (
  | { kind: 'ask' }
  | { kind: 'taken'; id: string }
  | ({ kind: 'offer'; id: string } & Handover)
);

/** Offers the rows to pages that are open or will be. `onTaken` is called once, when one of them has them. Returns what ends it. */
export function offerRows(whose: string, handover: Handover, onTaken: () => void): () => void {
  const id = crypto.randomUUID();
  const channel = new BroadcastChannel(CHANNEL);
  const say = (said: Said) => channel.postMessage(said);
  const offer = () => say({ kind: 'offer', whose, id, ...handover });
  channel.addEventListener('message', ({ data }: MessageEvent<Said>) => {
    if (data.whose !== whose) return;
    if (data.kind === 'ask') offer();
    if (data.kind !== 'taken' || data.id !== id) return;
    channel.close();
    onTaken();
  });
  offer();
  return () => channel.close();
}

/**
 * Asks other pages for such rows. `take` resolves with true if this page has them now. `onOther` is called when another page was
 * opened. Returns what ends it.
 */
export function askForRows(
  whose: string,
  take: (handover: Handover) => Promise<boolean>,
  onOther: () => void,
): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  let isTaking = false;
  channel.addEventListener('message', async ({ data }: MessageEvent<Said>) => {
    if (data.kind === 'ask') onOther();
    if (data.kind !== 'offer' || data.whose !== whose || isTaking) return;
    isTaking = true;
    const isTaken = await take(data);
    if (isTaken) channel.postMessage({ kind: 'taken', whose, id: data.id } satisfies Said);
    isTaking = isTaken;
  });
  channel.postMessage({ kind: 'ask', whose } satisfies Said);
  return () => channel.close();
}
