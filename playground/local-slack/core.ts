import type { Deliveries } from './deliveries.ts';
import type { Faults } from './faults.ts';
import type { Ids } from './ids.ts';
import type { LedgerKeeper } from './ledger.ts';
import type { Messages } from './messages.ts';
import type { OauthCodes } from './oauth.ts';
import type { RateLimiter } from './rate-limits.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { SocketMode } from './socket-mode.ts';
import type { State } from './state.ts';
import type { Triggers } from './triggers.ts';
import type { AppConfig } from './types.ts';
import type { Views } from './views.ts';

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
