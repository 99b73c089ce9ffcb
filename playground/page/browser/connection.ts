import type { Act, ActResult } from '../act.ts';
import type { Snapshot } from '../snapshot.ts';
import type { TrafficDetail } from '../traffic.ts';

export type Connection = {
  /** Whom to watch and to act as. */
  actAs(userId: string | undefined): void;
  /** Done in the order in which they are asked for, what was typed first. Resolves with what Slack says went wrong. */
  act(act: Act): Promise<ActResult>;
  /** Puts files into a field of the open form. */
  attach(field: string, files: File[]): Promise<ActResult>;
  loadDetail(id: string): Promise<TrafficDetail>;
};

/** The page's line to the playground. `onSnapshot` gets undefined when the line is down. */
export function createConnection(onSnapshot: (snapshot: Snapshot | undefined) => void): Connection {
  let as: string | undefined;
  let events: EventSource | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const typed = new Map<string, Act>();

  return { actAs, act, attach, loadDetail: async (id) => (await fetch(url('/traffic', { id }))).json() };

  function actAs(userId: string | undefined): void {
    as = userId;
    events?.close();
    events = new EventSource(url('/events'));
    events.onmessage = ({ data }) => onSnapshot(JSON.parse(data));
    events.onerror = () => onSnapshot(undefined);
  }

  function act(act: Act): Promise<ActResult> {
    // Of several values typed into one field before the first was sent, the last is enough.
    if (act.kind === 'type') {
      const isWaiting = typed.has(act.field);
      typed.set(act.field, act);
      if (isWaiting) return Promise.resolve({});
    }
    const target = url('/act');
    return inTurn(() => {
      const now = act.kind === 'type' ? (typed.get(act.field) ?? act) : act;
      if (act.kind === 'type') typed.delete(act.field);
      return post(target, JSON.stringify(now), { 'content-type': 'application/json' });
    });
  }

  function attach(field: string, files: File[]): Promise<ActResult> {
    const target = url('/attach', { field });
    const form = new FormData();
    for (const file of files) form.append('file', file);
    return inTurn(() => post(target, form));
  }

  function inTurn(work: () => Promise<ActResult>): Promise<ActResult> {
    const done = last.then(work);
    last = done;
    return done;
  }

  function url(path: string, more: { [name: string]: string } = {}): string {
    const search = new URLSearchParams({ ...(as !== undefined && { as }), ...more });
    return `${path}?${search}`;
  }
}

async function post(
  url: string,
  body: string | FormData,
  headers: { [name: string]: string } = {},
): Promise<ActResult> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body });
    return response.ok ? await response.json() : { trouble: await response.text() };
  } catch {
    return { trouble: 'The playground does not answer. Is it still running?' };
  }
}
