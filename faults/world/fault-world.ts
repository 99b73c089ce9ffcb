import { digestPassword } from '../../playground/local-coldsend/ledger.ts';
import {
  type LocalColdsend,
  type LocalColdsendOptions,
  startLocalColdsend,
} from '../../playground/local-coldsend/local-coldsend.ts';
import {
  type Delivery,
  type JsonObject,
  type LocalSlack,
  type LocalSlackOptions,
  type Person,
  startLocalSlack,
} from '../../playground/local-slack/local-slack.ts';
import { fillInGoogleInbox } from '../../test/acceptance/world/add-google-inbox.ts';
import { readManifestScopes } from '../../test/acceptance/world/manifest-scopes.ts';
import { API_KEY, storeKey } from '../../test/acceptance/world/start-bot.ts';
import type { Post } from '../judging/facts.ts';
import { type Reports, watchReports } from './watch-reports.ts';

const GENEROUS = { burst: 1_000_000, perSecond: 1_000_000 };

/** As long as every other address, so that one can take the other's place in what the form remembers. */
const TEMPLATE_ADDRESS = addressOf('0', 0);
const TEMPLATE_PASSWORD = 'mnop efgh ijkl abcd';

/** Nobody listens there: the pages of all bots say that they come from it. */
export const PUBLIC_URL = 'http://127.0.0.1:9';

export type FaultWorld = {
  slack: LocalSlack;
  coldsend: LocalColdsend;
  reports: Reports;
  /** What every bot of this world is started with, but for its database. */
  env: Record<string, string>;
  /** Names of ports, for where processes die. */
  portNames: string;
  /**
   * Lets people use the bot at this address (or over Socket Mode) once: stores the key and takes the submission that others are
   * copied from.
   */
  prepare(botUrl: string | undefined): Promise<void>;
  /**
   * Submits the form for another address, to these bots at once, or over Socket Mode where there are none; true where Slack was told
   * that it is accepted.
   */
  submit(address: string, botUrls: string[]): Promise<boolean>;
  /** The same to one bot, with all that it can answer. Again for the same address is another press of the same button. */
  press(address: string, botUrl: string): Promise<Answer>;
  /** Submits the form without its password. Again for the same address, it gives a new link as long as the password is missing. */
  askForLink(address: string, botUrl: string): Promise<{ answer: Answer; token: string | undefined }>;
  /** The POSTs for an address that came in whole; with `password`, those that had it. */
  posts(address: string, password?: string): Post[];
  close(): Promise<void>;
};

/** `none`: nothing came back in time, or something else than about accepting it. */
export type Answer = 'accepted' | 'not_confirmed' | 'none';

export type FaultWorldOptions = {
  slack?: LocalSlackOptions;
  coldsend?: LocalColdsendOptions;
  /** There is a secure page, where people enter passwords of single inboxes, and not in the form. */
  hasPage?: boolean;
  /** What `COLDSEND_RATE_LIMIT` is; as good as none unless said otherwise. */
  rateLimit?: string;
};

/** A local Slack and a local ColdSend for many trials, with a fast way to submit many forms. */
export async function startFaultWorld({ hasPage = false, ...options }: FaultWorldOptions = {}): Promise<FaultWorld> {
  const slack = await startLocalSlack({
    scopes: readManifestScopes(),
    rateLimits: { postMessage: GENEROUS, method: GENEROUS },
    ...options.slack,
  });
  const coldsend = await startLocalColdsend({ rateLimits: [{ requests: 1_000_000, seconds: 1 }], ...options.coldsend });
  coldsend.addKey(API_KEY);
  const admin = slack.as(slack.addPerson({ name: 'ada', is_admin: true }).id);
  const { id: channelId } = slack.addChannel({ name: 'inboxes', members: [admin.userId], withBot: true });
  const reports = watchReports(slack);
  let template: Delivery | undefined;

  const portNames = `${new URL(slack.url).port}=Slack,${new URL(coldsend.url).port}=ColdSend`;
  return {
    slack,
    coldsend,
    reports,
    portNames,
    env: {
      SLACK_BOT_TOKEN: slack.installation.botToken,
      SLACK_SIGNING_SECRET: slack.app.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      COLDSEND_API_URL: coldsend.url,
      COLDSEND_RATE_LIMIT: options.rateLimit ?? '1000000/1',
      FAULT_PORTS: portNames,
      ...(hasPage && { PUBLIC_URL }),
      ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 42).toString('base64')}`,
    },
    async prepare(botUrl) {
      slack.deliverTo('all', botUrl === undefined ? undefined : `${botUrl}/slack/events`);
      await storeKey(admin, API_KEY);
      template = await takeTemplate(slack, admin, channelId, hasPage ? '' : TEMPLATE_PASSWORD);
      if (!hasPage) await reports.waitFor([TEMPLATE_ADDRESS], 20_000);
    },
    async submit(address, botUrls) {
      const deliveries = await deliver(address, botUrls);
      return deliveries.some((delivery) => answerIn(delivery, address) === 'accepted');
    },
    async press(address, botUrl) {
      const [answer = 'none'] = (await deliver(address, [botUrl])).map((delivery) => answerIn(delivery, address));
      return answer;
    },
    async askForLink(address, botUrl) {
      const [delivery] = await deliver(address, [botUrl]);
      if (delivery === undefined) return { answer: 'none', token: undefined };
      const token = /\/secure#([\w-]{43})"/.exec(JSON.stringify(delivery.response ?? ''))?.[1];
      return { answer: answerIn(delivery, address), token };
    },
    posts: (address, password) =>
      coldsend.ledger
        .filter(({ body }) => addressIn(body) === address)
        .filter(({ passwordDigests }) => password === undefined || isOf(password, passwordDigests))
        .map(({ answered }) => ({ status: typeof answered === 'object' ? answered.status : undefined })),
    async close() {
      reports.close();
      await Promise.all([slack.close(), coldsend.close()]);
    },
  };

  function deliver(address: string, botUrls: string[]): Promise<Delivery[]> {
    if (template === undefined) throw new Error('nothing was prepared');
    return slack.redeliver(template, {
      to: botUrls.map((url) => `${url}/slack/events`),
      payload: (payload) => copyFor(address, payload),
    });
  }
}

/** A seed and a number as an address; all have the same length. */
export function addressOf(seed: string, number: number): string {
  return `r${seed.padStart(12, '0')}-${String(number).padStart(5, '0')}@faults.test`;
}

/** A password that is nobody else's, of the length of an app password. */
export function passwordFor(address: string): string {
  let mixed = 2_166_136_261;
  const letters = Array.from({ length: 16 }, (_, index) => {
    for (const character of `${address}${index}`) mixed = Math.imul(mixed ^ character.charCodeAt(0), 16_777_619) >>> 0;
    return String.fromCharCode(97 + ((mixed >>> 7) % 26));
  });
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join(' ');
}

/** A password as it is typed, and as it is sent: without its spaces. */
export function spell(password: string): string[] {
  return [password, password.replaceAll(' ', '')];
}

async function takeTemplate(slack: LocalSlack, admin: Person, channelId: string, password: string): Promise<Delivery> {
  await fillInGoogleInbox(admin, { address: TEMPLATE_ADDRESS, channelId, password });
  await admin.submit();
  await admin.close({ all: true });
  const submission = slack.ledger.deliveries.findLast(({ payload }) => payload.type === 'view_submission');
  if (submission === undefined) throw new Error('no form was submitted');
  return submission;
}

function copyFor(address: string, payload: JsonObject): JsonObject {
  const viewId = /"id":"(V[A-Z0-9]+)"/.exec(JSON.stringify(payload))?.[1];
  if (viewId === undefined) throw new Error('a submission without a view');
  const text = JSON.stringify(payload)
    .replaceAll(TEMPLATE_ADDRESS, address)
    .replaceAll(TEMPLATE_PASSWORD, passwordFor(address))
    .replaceAll(viewId, `V${address.slice(0, address.indexOf('@')).toUpperCase().replaceAll('-', '')}`);
  const copy: unknown = JSON.parse(text);
  if (typeof copy !== 'object' || copy === null) throw new Error('a payload that is no object');
  return { ...copy };
}

function answerIn({ outcome, response }: Delivery, address: string): Answer {
  if (outcome !== 'ok' || typeof response !== 'object' || response === null) return 'none';
  const text = JSON.stringify(response);
  if ('response_action' in response && response.response_action === 'update' && text.includes(address))
    return 'accepted';
  return text.includes('did not confirm that it saved this inbox') ? 'not_confirmed' : 'none';
}

function isOf(password: string, digests: Record<string, string>): boolean {
  return spell(password)
    .map(digestPassword)
    .includes(digests.smtp_password ?? '');
}

function addressIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('email_address' in body)) return undefined;
  return typeof body.email_address === 'string' ? body.email_address : undefined;
}
