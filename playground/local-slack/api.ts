import type { JsonObject } from './json.ts';
import type { ApiCall, Change, Delivery, DeliveryOutcome, Ledger, Problem } from './ledger/traffic.ts';
import type {
  AppConfig,
  Block,
  Channel,
  ChannelKind,
  Installation,
  PersonRecord,
  SlackFile,
  StateValues,
  StoredMessage,
  View,
  Workspace,
} from './state/records.ts';

/*
 * What callers see: how a local Slack is started and asked, and what its people can do and see. It knows nothing of the app
 * under test: it sees whatever is sent to it, and judges it by Slack's rules. Times are milliseconds since 1970 unless they are a `ts`.
 */

export type MessageSeen = {
  channelId: string;
  ts: string;
  threadTs: string | undefined;
  userId: string;
  /** The top-level text: what screen readers and notifications say. */
  text: string;
  blocks: Block[];
  ephemeral: boolean;
  edited: boolean;
  files: string[];
  /** Message and blocks as plain text, the way a person reads them. */
  rendered: string;
  /** The replies, oldest first; empty for a reply. */
  thread: MessageSeen[];
};

export type FieldSeen = {
  blockId: string;
  actionId: string;
  /** The element's type: `plain_text_input`, `static_select`, … */
  type: string;
  /** Label of the input, or the button's or section's text. */
  label: string;
  hint: string | undefined;
  placeholder: string | undefined;
  optional: boolean;
  /** What the field holds now: text typed, value(s) of the option(s) chosen; undefined while empty. */
  value: string | string[] | undefined;
  options: { text: string; value: string }[];
  error: string | undefined;
};

export type ModalSeen = {
  viewId: string;
  title: string;
  callbackId: string;
  submitLabel: string | undefined;
  closeLabel: string;
  fields: FieldSeen[];
  /** block_id → the sentence under that field. */
  errors: { [blockId: string]: string };
  /** A failure shown at the foot of the modal, like "We had some trouble connecting. Try again?" */
  trouble: string | undefined;
  values: StateValues;
  view: View;
  /** As plain text, the way a person reads it, with what was typed and the errors. */
  rendered: string;
};

export type HomeSeen = { view: View | undefined; fields: FieldSeen[]; rendered: string };

export type CommandResult = {
  /** `not_a_command`: Slack's client knows no such command here, and nothing was sent. */
  status: DeliveryOutcome | 'not_a_command';
  /** The error line Slack shows to the person when the app failed. */
  trouble: string | undefined;
  /** The message the acknowledgement, or a response URL used before it, brought. */
  ephemeral: MessageSeen | undefined;
  responseUrl: string | undefined;
  ms: number;
};

export type ActionResult = { status: DeliveryOutcome | 'cancelled'; trouble: string | undefined; ms: number };

export type SubmitResult = {
  /** `kept_back`: the client itself refused (see `errors`), and nothing was sent. */
  status: DeliveryOutcome | 'kept_back';
  /** block_id → sentence. */
  errors: { [blockId: string]: string };
  trouble: string | undefined;
  /** The modal on top afterwards; undefined once all are closed. */
  modal: ModalSeen | undefined;
  ms: number;
};

/** Where to look for what is clicked; without it: the open modal, else the Home that was opened last. */
export type ClickTarget = { channelId: string; ts: string } | 'modal' | 'home';

export type ClickOptions = {
  in?: ClickTarget;
  /** Answer to a confirm dialog; confirmed unless said otherwise. */
  confirm?: boolean;
};

export type FileToAttach = { name: string; content: string | Uint8Array };

/** A person at Slack's client. What the client would not let them do throws a ClientRefusal. */
export type Person = {
  userId: string;
  teamId: string;
  /** Sends `/name text`. `throughTeamId`: the workspace whose app gets it (their own unless said otherwise). */
  command(line: string, options?: { channelId?: string; throughTeamId?: string }): Promise<CommandResult>;
  /** The modal on top, as it looks now. */
  modal(): ModalSeen | undefined;
  /** All open modals, the bottom one first. */
  modals(): ModalSeen[];
  /** Resolves with the modal on top as soon as it satisfies the predicate. */
  waitForModal(predicate?: (modal: ModalSeen) => boolean, options?: WaitOptions): Promise<ModalSeen>;
  /** Replaces what stands in a text, number, email or url field, found by block_id, action_id or label. */
  type(field: string, value: string): Promise<void>;
  /** Presses Enter in a text field: dispatches its action where it asks for that. */
  pressEnter(field: string): Promise<ActionResult>;
  /** Picks an option of a select, radio group or overflow menu, a person or a channel, by value, text or id. */
  choose(field: string, option: string | string[] | undefined): Promise<ActionResult | undefined>;
  /** Ticks (or unticks) one checkbox by value or text. */
  tick(field: string, option: string, ticked?: boolean): Promise<ActionResult | undefined>;
  /**
   * Uploads files into a file field, instead of those it holds; none empties it. What the client does not take (type,
   * number, more than 10 MB) is not uploaded: the reason stands under the field.
   */
  attach(field: string, files: FileToAttach[]): Promise<ActionResult | undefined>;
  submit(): Promise<SubmitResult>;
  /** Closes the top modal, or all of them (the X with `all`). */
  close(options?: { all?: boolean }): Promise<void>;
  /** Clicks a button by `block_id/action_id`, action_id or its text. */
  click(button: string, options?: ClickOptions): Promise<ActionResult>;
  /** Opens the app's Home: sends app_home_opened and returns what is published then. */
  openHome(tab?: 'home' | 'messages'): Promise<HomeSeen>;
  /** The Home as it looks now. */
  home(): HomeSeen;
  /** Messages of a conversation as this person sees them, oldest first; the thread's replies inside its root. */
  in(channelId: string): MessageSeen[];
  /** The conversation between this person and the app; undefined until one exists. */
  botDm(): string | undefined;
  /** Conversations this person can see. */
  channels(): Channel[];
  /** Writes a plain message. */
  say(channelId: string, text: string, options?: { threadTs?: string }): StoredMessage;
};

export type Fault =
  /** Answered with HTTP 200 and this error; nothing is done. */
  | { error: string }
  /** Answered with this HTTP status (a redirect with its `location`); nothing is done. */
  | { status: number; headers?: { [name: string]: string } }
  /** Answered 429 with this many seconds. */
  | { retryAfter: number }
  /** Answered with this text, whatever it is; nothing is done. */
  | { text: string; headers?: { [name: string]: string } }
  /** Done, and answered so many milliseconds later. */
  | { answerAfterMs: number }
  /** Never answered. */
  | 'hang'
  /** The connection is cut before anything is done. */
  | 'reset'
  /** Done, then the connection is cut. */
  | 'resetAfterTaking'
  /** Done, but never answered. */
  | 'hangAfterTaking';

/** What makes the next delivery differ from what Slack would send. */
export type Tampering = {
  /** Sends it this many times at once. */
  copies?: number;
  /** Sends it to all of these URLs at once (HTTP). */
  to?: string[];
  /** Shifts the signed timestamp. */
  timestampOffsetSeconds?: number;
  /** Signs with this instead. */
  signingSecret?: string;
  /** Leaves the signature header out. */
  unsigned?: boolean;
  /** Changes the payload before it is signed. */
  payload?: (payload: JsonObject) => JsonObject;
};

export type RawAnswer = { status: number; headers: { [name: string]: string }; body: string };

export type RawRequest = {
  body: string | Buffer;
  headers?: { [name: string]: string };
  /** Where to; the first URL of `deliverTo` unless said otherwise. */
  url?: string;
};

export type WaitOptions = {
  /** Rejects after this long; 5,000 unless said otherwise. */
  timeoutMs?: number;
};

/** https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

/** Which connections: the one at this place (counted on from the start again), or all. */
export type SocketsStruck = { only?: number };

export type RateLimit = { burst: number; perSecond: number };

export type RateLimits = {
  /** `chat.postMessage`, for each channel. */
  postMessage: RateLimit;
  /** Every other method, for each workspace and method. */
  method: RateLimit;
  /** Methods with a limit of their own, like `chat.update`. */
  methods: { [method: string]: RateLimit };
};

export type LocalSlackOptions = {
  /** 0 (the default) takes any free one. */
  port?: number;
  /** The clock of this Slack: its `Date` headers, signed timestamps, `ts` and the lives of triggers go by it. */
  now?: () => number;
  /** Delays each Web API answer. */
  answerDelayMs?: number;
  rateLimits?: Partial<RateLimits>;
  /** How long the app has to acknowledge; 3,000 as Slack has it. */
  ackTimeoutMs?: number;
  /** Waits before Slack's retries of an event; at once, after 1 and 5 minutes unless said otherwise. */
  eventRetryMs?: number[];
  /** How often Slack pings over Socket Mode; 2,000 unless said otherwise. */
  socketPingMs?: number;
  app?: Partial<AppConfig>;
  /** Scopes granted in the default workspace; `commands`, `chat:write`, `chat:write.public`, `users:read` by default. */
  scopes?: string[];
};

/** `declined`: optional scopes (see `AppConfig.optionalScopes`) that they do not grant. */
export type AuthorizeAnswer = { userId: string; orgWide?: boolean; declined?: string[] } | 'deny';

export type NewWorkspace = {
  teamId?: string;
  name?: string;
  domain?: string;
  /** Without the app where false. */
  installed?: boolean;
  scopes?: string[];
};

export type NewPerson = Partial<Omit<PersonRecord, 'name'>> & { name: string };

export type NewChannel = {
  id?: string;
  teamId?: string;
  name?: string;
  kind?: ChannelKind;
  members?: string[];
  /** The app's bot is a member too. */
  withBot?: boolean;
  sharedWith?: string[];
};

export type LocalSlack = {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** For `SLACK_API_URL`: `{url}/api/` */
  apiUrl: string;
  /** For `SLACK_AUTHORIZE_URL`. */
  authorizeUrl: string;
  app: AppConfig;
  /** The default workspace. */
  workspace: Workspace;
  /** Its installation: token, bot user, scopes. */
  installation: Installation;
  ledger: Ledger;
  problems: Problem[];

  as(userId: string): Person;

  addWorkspace(workspace?: NewWorkspace): Workspace;
  getWorkspace(teamId: string): Workspace;
  workspaces(): Workspace[];
  addPerson(person: NewPerson): PersonRecord;
  /** Promotes, demotes, deactivates, renames. */
  setPerson(userId: string, change: Partial<Omit<PersonRecord, 'id' | 'teamId'>>): PersonRecord;
  people(teamId?: string): PersonRecord[];
  addUserGroup(group: { teamId?: string; handle: string; name?: string; members: string[] }): { id: string };
  addChannel(channel?: NewChannel): Channel;
  getChannel(channelId: string): Channel;
  archive(channelId: string): void;
  unarchive(channelId: string): void;
  deleteChannel(channelId: string): void;
  join(channelId: string, userId: string): void;
  leave(channelId: string, userId: string): void;
  inviteBot(channelId: string): void;
  removeBot(channelId: string): void;
  deleteMessage(channelId: string, ts: string): void;
  /** Every message of a conversation with replies, oldest first, ephemeral ones included. */
  messages(channelId: string): StoredMessage[];
  file(fileId: string): SlackFile;
  /** As the person who uploaded it can, by hand. */
  deleteFile(fileId: string): void;
  setScopes(teamId: string, scopes: string[]): void;
  /** The token answers `token_revoked` from now on; sends `tokens_revoked` unless silent. */
  revokeToken(teamId: string, options?: { silent?: boolean }): Promise<void>;
  /** Uninstalls the app; sends `app_uninstalled` and `tokens_revoked` unless silent. */
  uninstall(teamId: string, options?: { silent?: boolean }): Promise<void>;
  /** Installs the app without the OAuth pages. */
  install(teamId: string, options?: { scopes?: string[]; userId?: string }): Installation;
  /** What the next visit of the authorize page answers: who allows, whether org-wide, what they decline; or that they deny. */
  authorizeNextAs(answer: AuthorizeAnswer): void;
  /** Notes a problem whenever this string is sent to Slack again; the app's own secrets are watched already. */
  watchSecret(secret: string): void;

  /** Delivers by HTTP to this URL (or in turn to these) instead of over Socket Mode. */
  deliverTo(teamId: string | 'all', url: string | string[] | undefined): void;
  /** Sends an Events API event to the app; resolves with every attempt that was made. */
  sendEvent(teamId: string, event: JsonObject, options?: { eventTime?: number }): Promise<Delivery[]>;
  /** Sends a delivery of the ledger again as it was, or tampered with; newly signed. */
  redeliver(delivery: Delivery, tampering?: Tampering): Promise<Delivery[]>;
  /** Applies to the next command or interaction. The person sees the first answer. */
  tamperNext(tampering: Tampering): void;
  sendRaw(request: RawRequest): Promise<RawAnswer>;
  /** Headers with Slack's v0 signature for this body. */
  sign(
    body: string | Buffer,
    options?: { timestampOffsetSeconds?: number; signingSecret?: string },
  ): { [name: string]: string };
  /** Open Socket Mode connections. */
  socketCount(): number;
  /** Sockets that the app keeps open although Slack refused them, or never answered. */
  refusedSocketCount(): number;
  /** Sends a frame as it is over each connection; resolves with whether the envelope of this id was acknowledged in time. */
  sendFrame(frame: string | Buffer, envelopeId?: string): Promise<boolean>;
  /**
   * Sends `disconnect`, as Slack does before it replaces a connection, then closes after so many milliseconds: at once, and after a
   * `warning` never, unless said otherwise.
   */
  disconnectSockets(reason?: DisconnectReason, options?: SocketsStruck & { closeAfterMs?: number }): void;
  /** Cuts the connections without a word. */
  cutSockets(options?: SocketsStruck): void;
  /** The connections stay open, but nothing goes through in either direction; after so many milliseconds they are cut. */
  hangSockets(forMs: number, options?: SocketsStruck): void;

  /** `websocket` is the upgrade of a connection of Socket Mode: its texts are sent raw, and taken is one without a hello. */
  failNext(method: string, fault: Fault, times?: number): void;
  /** Forgets all faults. */
  heal(): void;

  onChange(listener: (change: Change) => void): () => void;
  /** Resolves with the first message, past or future, that satisfies the predicate. */
  waitForMessage(predicate: (message: StoredMessage) => boolean, options?: WaitOptions): Promise<StoredMessage>;
  waitForCall(predicate: (call: ApiCall) => boolean, options?: WaitOptions): Promise<ApiCall>;
  waitForDelivery(predicate: (delivery: Delivery) => boolean, options?: WaitOptions): Promise<Delivery>;
  /** Looks again at each change until something is found. */
  waitFor<T>(find: () => T | undefined, what: string | (() => string), options?: WaitOptions): Promise<T>;
  waitForSockets(count?: number, options?: WaitOptions): Promise<void>;

  close(): Promise<void>;
};
