import { WORKSPACE } from '../src/add-inbox/keys/key-owner.ts';
import { renderHowPage } from '../src/slack/form/how-page.ts';
import { renderWhoPage } from '../src/slack/form/who-page.ts';
import { COMMAND } from '../src/slack/ids.ts';
import { createResponseUrlSeal } from '../src/storage/sealing/response-url-seal.ts';
import { createSealer, type SealingKey } from '../src/storage/sealing/sealing.ts';
import { typedView } from '../test/slack/modals/typed-view.ts';
import { ID_PLACEHOLDER } from './clock.ts';

/** `submission` goes to subjects that do nothing after their ack; the others to complete ones. */
export const WORKLOADS = ['command', 'mistake', 'submission', 'job', 'forged'] as const;

export type Workload = (typeof WORKLOADS)[number];

/** `claim`: a good submission until ColdSend gets its request; `home`: a person opens the App Home. */
export const SCALE_WORKLOADS = ['claim', 'home'] as const;

export type ScaleWorkload = (typeof SCALE_WORKLOADS)[number];

/** The bodies of the requests that Slack makes, each with ID_PLACEHOLDER where its id belongs. */
export type Bodies = Record<'command' | 'who' | 'how' | 'mistake' | 'home', string>;

export const SIGNING_SECRET = '0123456789abcdef0123456789abcdef';
export const BOT_TOKEN = 'xoxb-benchmark';
export const SEALING_KEY: SealingKey = { id: 'k1', key: Buffer.alloc(32, 42) };
export const TEAM_ID = 'T1';

const CHANNEL_ID = 'C1';
const USER_ID = 'U1';
const RESPONSE_URL = 'https://hooks.slack.com/commands/T1/1234567890/abcdefghijklmnopqrstuvwx';
const WHO = {
  email_address: `jane-${ID_PLACEHOLDER}@acme.com`,
  display_name: 'Jane Doe',
  inbox_type: 'GOOGLE_WORKSPACE',
} as const;

/** The form as the bot renders it, and what a person sends with it; all subjects show and get the same. */
export function createForm() {
  const { sealResponseUrl } = createResponseUrlSeal(createSealer([SEALING_KEY]));
  const context = {
    openedBy: 'U1',
    owner: WORKSPACE,
    channelId: CHANNEL_ID,
    sealedResponseUrl: sealResponseUrl(TEAM_ID, RESPONSE_URL),
    retryOf: undefined,
    generation: 0,
  };
  const who = renderWhoPage({ context, draft: {} });
  const how = renderHowPage({ context: { ...context, generation: 1 }, draft: WHO });
  const password = { smtp_password: 'abcd efgh ijkl mnop' };
  const bodies: Bodies = {
    command: commandBody(),
    who: submissionBody(typedView(who, WHO)),
    how: submissionBody(typedView(how, password)),
    mistake: submissionBody(typedView(how, { ...password, daily_limit: 'many' })),
    home: homeBody(),
  };
  return { who, how, bodies };
}

function commandBody(): string {
  return new URLSearchParams({
    token: 'abcdefghijklmnopqrstuvwx',
    team_id: TEAM_ID,
    team_domain: 'acme',
    channel_id: CHANNEL_ID,
    channel_name: 'inboxes',
    user_id: USER_ID,
    user_name: 'ada',
    command: COMMAND,
    text: '',
    api_app_id: 'A1',
    is_enterprise_install: 'false',
    response_url: RESPONSE_URL,
    trigger_id: `${ID_PLACEHOLDER}.1.abcdef0123456789abcdef0123456789`,
  }).toString();
}

/** Each time by another person, whose id is in what the bot publishes. */
function homeBody(): string {
  const event = { type: 'app_home_opened', user: `U${ID_PLACEHOLDER}`, channel: 'D1', tab: 'home', event_ts: '1.1' };
  return JSON.stringify({
    ...{ type: 'event_callback', token: 'abcdefghijklmnopqrstuvwx', team_id: TEAM_ID, api_app_id: 'A1' },
    ...{ event, event_id: `Ev${ID_PLACEHOLDER}`, event_time: 1_700_000_000 },
    authorizations: [{ enterprise_id: null, team_id: TEAM_ID, user_id: 'U0BOT', is_bot: true }],
  });
}

function submissionBody(view: object): string {
  const payload = {
    type: 'view_submission',
    team: { id: TEAM_ID, domain: 'acme' },
    user: { id: USER_ID, username: 'ada', name: 'ada', team_id: TEAM_ID },
    api_app_id: 'A1',
    token: 'abcdefghijklmnopqrstuvwx',
    trigger_id: `${ID_PLACEHOLDER}.2.abcdef0123456789abcdef0123456789`,
    view: {
      id: `V${ID_PLACEHOLDER}`,
      team_id: TEAM_ID,
      ...view,
      hash: '1700000000.abcdefgh',
      clear_on_close: false,
      notify_on_close: false,
      previous_view_id: null,
      root_view_id: `V${ID_PLACEHOLDER}`,
      app_id: 'A1',
      external_id: '',
      app_installed_team_id: TEAM_ID,
      bot_id: 'B1',
    },
    response_urls: [],
    is_enterprise_install: false,
    enterprise: null,
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}
