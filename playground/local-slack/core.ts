import type { LedgerKeeper } from './ledger/ledger.ts';
import type { Ids } from './state/ids.ts';
import type { Messages } from './state/messages.ts';
import type { AppConfig } from './state/records.ts';
import type { State } from './state/state.ts';
import type { Triggers } from './state/triggers.ts';
import type { Views } from './state/views.ts';
import type { Deliveries } from './transport/deliveries.ts';
import type { Faults } from './transport/faults.ts';
import type { OauthCodes } from './transport/oauth.ts';
import type { ResponseUrls } from './transport/response-urls.ts';
import type { SocketMode } from './transport/socket-mode.ts';
import type { RateLimiter } from './web-api/rate-limits.ts';

/** The parts of one local Slack, as its methods and its people use them. */
export type Core = {
  app: AppConfig;
  now: () => number;
  /** `http://127.0.0.1:PORT`, known once it listens. */
  url: () => string;
  ids: Ids;
  keeper: LedgerKeeper;
  state: State;
  messages: Messages;
  views: Views;
  triggers: Triggers;
  responseUrls: ResponseUrls;
  sockets: SocketMode;
  deliveries: Deliveries;
  oauth: OauthCodes;
  rateLimiter: RateLimiter;
  faults: Faults;
  /** Strings that must not be seen again outside of the form they were typed into. */
  secrets: Set<string>;
};
