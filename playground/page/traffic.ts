import type { LedgerEntry } from '../local-coldsend/ledger.ts';
import { isObject, objectAt, objectsAt, stringAt } from '../local-slack/json.ts';
import type { ApiCall, Delivery } from '../local-slack/local-slack.ts';
import type { Playground } from '../start-playground.ts';
import { maskSecrets } from './mask-secrets.ts';

export type TrafficEntry = {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  way: 'Slack → bot' | 'bot → Slack' | 'bot → ColdSend' | 'broken rule';
  title: string;
  /** How it was answered, in a word or two; '' while it is not. */
  answer: string;
  /** A rule of Slack's or ColdSend's was broken, or the bot failed. */
  isBad: boolean;
};

export type TrafficDetail = { sent: unknown; answered: unknown; wrong: string[] };

export type Traffic = {
  /** The latest entries, the newest first. */
  list(): TrafficEntry[];
  /** The whole of one, without its secrets; undefined where there is none. */
  find(id: string): TrafficDetail | undefined;
};

const MAX_ENTRIES = 150;

/** Everything that goes between the bot, Slack and ColdSend, in the order in which it went. */
export function createTraffic({ slack, coldsend }: Playground): Traffic {
  const problems: { at: number; text: string }[] = [];
  slack.onChange((change) => {
    if (change.kind === 'problem') problems.push({ at: Date.now(), text: change.problem });
  });

  return {
    list: () =>
      [
        ...slack.ledger.calls.map(describeCall),
        ...slack.ledger.deliveries.map(describeDelivery),
        ...coldsend.ledger.map(describeRequest),
        ...problems.map(describeProblem),
      ]
        .sort((one, other) => other.at - one.at)
        .slice(0, MAX_ENTRIES),
    find(id) {
      const [kind, index] = id.split('.');
      const at = Number(index);
      switch (kind) {
        case 'call':
          return detailOf(slack.ledger.calls[at], ({ args, response }) => ({ sent: args, answered: response }));
        case 'delivery':
          return detailOf(slack.ledger.deliveries[at], ({ payload, response, outcome }) => ({
            sent: payload,
            answered: response ?? outcome,
          }));
        case 'request':
          return detailOf(coldsend.ledger[at], ({ headers, body, answered }) => ({
            sent: { headers: { 'x-api-key': headers['x-api-key'] }, body },
            answered,
            wrong: wrongIn(coldsend.ledger[at]),
          }));
        case 'problem':
          return detailOf(problems[at], ({ text }) => ({ wrong: [text] }));
        default:
          return undefined;
      }
    },
  };
}

function describeCall({ at, method, response, httpStatus }: ApiCall, index: number): TrafficEntry {
  const isOk = response?.ok === true || (httpStatus === 200 && response?.ok === undefined);
  const answer = isOk ? 'ok' : (stringAt(response, 'error') ?? (httpStatus === 0 ? 'cut' : String(httpStatus)));
  return { id: `call.${index}`, at, way: 'bot → Slack', title: method, answer, isBad: !isOk };
}

function describeDelivery({ at, type, payload, response, outcome }: Delivery, index: number): TrafficEntry {
  const action = stringAt(response, 'response_action');
  const answer = outcome === 'ok' ? (action ?? 'acknowledged') : outcome.replaceAll('_', ' ');
  const title = titleOf(type, payload);
  return { id: `delivery.${index}`, at, way: 'Slack → bot', title, answer, isBad: outcome !== 'ok' };
}

function titleOf(type: Delivery['type'], payload: Delivery['payload']): string {
  switch (type) {
    case 'slash_commands':
      return `${stringAt(payload, 'command') ?? ''} ${stringAt(payload, 'text') ?? ''}`.trim();
    case 'events_api':
      return stringAt(objectAt(payload, 'event'), 'type') ?? 'event';
    case 'interactive': {
      const what =
        stringAt(objectsAt(payload, 'actions')[0], 'action_id') ?? stringAt(objectAt(payload, 'view'), 'callback_id');
      return `${stringAt(payload, 'type') ?? ''} ${what ?? ''}`.trim();
    }
  }
}

function describeRequest(entry: LedgerEntry, index: number): TrafficEntry {
  const { at, method, path, body, answered } = entry;
  const address = stringAt(body, 'email_address');
  const name = path.split('/').at(-1) ?? path;
  return {
    id: `request.${index}`,
    at,
    way: 'bot → ColdSend',
    title: `${method} ${name} ${address ?? (isKeyCheck(body) ? '(key check)' : '')}`.trim(),
    answer:
      answered === undefined ? '' : typeof answered === 'string' ? answered.replace('_', ' ') : String(answered.status),
    isBad: wrongIn(entry).length > 0,
  };
}

function wrongIn(entry: LedgerEntry | undefined): string[] {
  return entry === undefined || isKeyCheck(entry.body) ? [] : entry.contractErrors;
}

/** A key is tried with an empty body: that it is refused is its purpose. */
function isKeyCheck(body: unknown): boolean {
  return isObject(body) && Object.keys(body).length === 0;
}

function describeProblem({ at, text }: { at: number; text: string }, index: number): TrafficEntry {
  return { id: `problem.${index}`, at, way: 'broken rule', title: text, answer: '', isBad: true };
}

function detailOf<T>(found: T | undefined, describe: (found: T) => Partial<TrafficDetail>): TrafficDetail | undefined {
  if (found === undefined) return undefined;
  const { sent, answered, wrong = [] } = describe(found);
  return { sent: maskSecrets(sent), answered: maskSecrets(answered), wrong };
}
