import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { LocalSlack, LocalSlackOptions, Person } from './api.ts';
import type { Core } from './core.ts';
import { createLedger } from './ledger/ledger.ts';
import { createPerson } from './person/person.ts';
import { deleteFile } from './state/files.ts';
import { createIds } from './state/ids.ts';
import { createMessages } from './state/messages.ts';
import type { AppConfig, Installation } from './state/records.ts';
import { createState, DEFAULT_SCOPES } from './state/state.ts';
import { createTriggers } from './state/triggers.ts';
import { createViews } from './state/views.ts';
import { revokeToken, sendAppEvent, uninstallApp } from './transport/app-events.ts';
import { createDeliveries } from './transport/deliveries.ts';
import { createFaults } from './transport/faults.ts';
import { createHttpHandler } from './transport/http-handler.ts';
import { post } from './transport/http-post.ts';
import { createOauth } from './transport/oauth.ts';
import { createResponseUrls } from './transport/response-urls.ts';
import { signatureHeaders } from './transport/signature.ts';
import { createSocketMode } from './transport/socket-mode.ts';
import { createRateLimiter } from './web-api/rate-limits.ts';

const ACK_TIMEOUT_MS = 3_000;
const SOCKET_PING_MS = 2_000;
/** Longer than any client keeps an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 120_000;
const EVENT_RETRY_MS = [0, 60_000, 300_000];

/**
 * Starts a Slack of its own on 127.0.0.1: Web API, signed deliveries, Socket Mode, response URLs, OAuth pages, and people
 * who use it. It is as strict as Slack, and notes in `problems` what Slack would refuse or show as an error.
 */
export async function startLocalSlack(options: LocalSlackOptions = {}): Promise<LocalSlack> {
  const now = options.now ?? Date.now;
  const ids = createIds({ now });
  const app = createApp(options.app ?? {}, ids.secret);
  const keeper = createLedger();
  const server = createServer((request, response) => handle(request, response));
  let address = '';
  const url = () => `http://${address}`;
  const { emit } = keeper;
  const faults = createFaults();
  const sockets = createSocketMode({
    ids,
    appId: app.appId,
    host: () => address,
    now,
    pingMs: options.socketPingMs ?? SOCKET_PING_MS,
    takeFault: () => faults.take('websocket'),
    onChange: () => emit({ kind: 'people' }),
    onProblem: keeper.noteProblem,
  });
  const deliveries = createDeliveries({
    app,
    now,
    sockets,
    keeper,
    ackTimeoutMs: options.ackTimeoutMs ?? ACK_TIMEOUT_MS,
    eventRetryMs: options.eventRetryMs ?? EVENT_RETRY_MS,
  });
  const state = createState({ ids, app, now, emit });
  const messages = createMessages({ ids, emit });
  const core: Core = {
    app,
    now,
    url,
    ids,
    keeper,
    state,
    messages,
    views: createViews({ ids, appId: app.appId, emit }),
    triggers: createTriggers({ ids, now }),
    responseUrls: createResponseUrls({ ids, now, url, keeper, state, messages }),
    sockets,
    deliveries,
    oauth: createOauth({ app, state, ids, now }),
    rateLimiter: createRateLimiter({ now, limits: options.rateLimits ?? {} }),
    faults,
    secrets: new Set([app.clientSecret, app.signingSecret, app.appToken]),
  };
  const handle: (request: IncomingMessage, response: ServerResponse) => void = createHttpHandler(core, {
    answerDelayMs: options.answerDelayMs ?? 0,
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('upgrade', sockets.upgrade);
  address = await listen(server, options.port ?? 0);

  const workspace = state.addWorkspace({ scopes: options.scopes ?? DEFAULT_SCOPES });
  const people = new Map<string, Person>();
  const installationOf = (teamId: string): Installation => {
    const { installation } = state.getWorkspace(teamId);
    if (installation === undefined) throw new Error(`the app is not installed in ${teamId}`);
    return installation;
  };
  const bots = (channelId: string): string[] =>
    [...state.workspaces.values()].flatMap(({ teamId, installation }) =>
      installation !== undefined && state.getChannel(channelId).teamId === teamId ? [installation.botUserId] : [],
    );
  const changed = (channelId: string) => emit({ kind: 'channel', channelId });

  return {
    url: url(),
    apiUrl: `${url()}/api/`,
    authorizeUrl: `${url()}/oauth/v2/authorize`,
    app,
    workspace,
    get installation() {
      return installationOf(workspace.teamId);
    },
    ledger: keeper.ledger,
    problems: keeper.ledger.problems,
    as(userId) {
      const person = people.get(userId) ?? createPerson(core, userId);
      people.set(userId, person);
      return person;
    },

    addWorkspace: state.addWorkspace,
    getWorkspace: state.getWorkspace,
    workspaces: () => [...state.workspaces.values()],
    addPerson: (person) => state.addPerson({ ...person, teamId: person.teamId ?? workspace.teamId }),
    setPerson: state.setPerson,
    people: (teamId) => [...state.people.values()].filter((person) => teamId === undefined || person.teamId === teamId),
    addUserGroup({ teamId = workspace.teamId, handle, name = handle, members }) {
      const id = ids.next('S');
      state.userGroups.set(id, { id, teamId, handle, name, members });
      return { id };
    },
    addChannel: (channel = {}) => state.addChannel({ ...channel, teamId: channel.teamId ?? workspace.teamId }),
    getChannel: state.getChannel,
    archive(channelId) {
      state.getChannel(channelId).is_archived = true;
      changed(channelId);
    },
    unarchive(channelId) {
      state.getChannel(channelId).is_archived = false;
      changed(channelId);
    },
    deleteChannel(channelId) {
      state.channels.delete(channelId);
      messages.deleteChannel(channelId);
      changed(channelId);
    },
    join(channelId, userId) {
      state.getChannel(channelId).members.add(state.getPerson(userId).id);
      changed(channelId);
    },
    leave(channelId, userId) {
      state.getChannel(channelId).members.delete(userId);
      changed(channelId);
    },
    inviteBot(channelId) {
      for (const bot of bots(channelId)) state.getChannel(channelId).members.add(bot);
      changed(channelId);
    },
    removeBot(channelId) {
      for (const bot of bots(channelId)) state.getChannel(channelId).members.delete(bot);
      changed(channelId);
    },
    deleteMessage: messages.delete,
    messages: (channelId) => [...messages.inChannel(channelId)],
    file: state.getFile,
    deleteFile: (fileId) => deleteFile(core, state.getFile(fileId)),
    setScopes(teamId, scopes) {
      installationOf(teamId).scopes = [...scopes];
    },
    revokeToken: (teamId, { silent = false } = {}) => revokeToken(core, teamId, silent),
    uninstall: (teamId, { silent = false } = {}) => uninstallApp(core, teamId, silent),
    install: (teamId, given = {}) => state.install(teamId, given),
    authorizeNextAs: core.oauth.authorizeNextAs,
    watchSecret: (secret) => void core.secrets.add(secret),

    deliverTo: deliveries.deliverTo,
    sendEvent: (teamId, event, given = {}) =>
      sendAppEvent(core, { teamId, botUserId: state.botUserOf(teamId) ?? '' }, event, given),
    redeliver: deliveries.redeliver,
    tamperNext: deliveries.tamperNext,
    async sendRaw({ body, headers = {}, url: target = deliveries.urlFor() }) {
      if (target === undefined) throw new Error('no URL: call deliverTo first, or give one');
      const result = await post({ url: target, body, headers, timeoutMs: 10_000 });
      if (result.kind === 'answered') return result.answer;
      throw new Error(result.kind === 'timeout' ? 'not answered within 10 s' : result.why);
    },
    sign: (body, { timestampOffsetSeconds = 0, signingSecret = app.signingSecret } = {}) =>
      signatureHeaders({ body, signingSecret, timestampSeconds: Math.floor(now() / 1000) + timestampOffsetSeconds }),
    socketCount: sockets.count,
    refusedSocketCount: sockets.refusedCount,
    sendFrame: (frame, envelopeId) => sockets.sendFrame(frame, envelopeId, 3_000),
    disconnectSockets: (reason = 'refresh_requested', given) => sockets.disconnect(reason, given),
    cutSockets: sockets.cut,
    hangSockets: sockets.hang,

    failNext: faults.failNext,
    heal: faults.heal,

    onChange: keeper.onChange,
    waitForMessage: (predicate, given) => keeper.waitFor(() => messages.all().find(predicate), 'a message', given),
    waitForCall: (predicate, given) => keeper.waitFor(() => keeper.ledger.calls.find(predicate), 'a call', given),
    waitForDelivery: (predicate, given) =>
      keeper.waitFor(() => keeper.ledger.deliveries.find(predicate), 'a delivery', given),
    waitFor: keeper.waitFor,
    async waitForSockets(count = 1, given) {
      await keeper.waitFor(
        () => (sockets.count() >= count ? true : undefined),
        `${count} Socket Mode connections`,
        given,
      );
    },

    async close() {
      deliveries.close();
      sockets.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function createApp(given: Partial<AppConfig>, secret: (length: number) => string): AppConfig {
  const appId = given.appId ?? `A0${secret(9).toUpperCase()}`;
  return {
    appId,
    clientId: '1111111111.2222222222',
    clientSecret: toHex(secret(32)),
    signingSecret: toHex(secret(32)),
    appToken: `xapp-1-${appId}-1111111111-${secret(32)}`,
    name: 'app',
    commands: 'all',
    events: 'all',
    scopes: 'all',
    optionalScopes: [],
    redirectUrls: 'any',
    ...given,
  };
}

/** Slack's own secrets are hex digits. */
function toHex(base36: string): string {
  return base36.replace(/[g-z]/g, (digit) => (Number.parseInt(digit, 36) % 16).toString(16));
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const bound = server.address();
      if (bound === null || typeof bound === 'string') reject(new Error('listens on no port'));
      else resolve(`127.0.0.1:${bound.port}`);
    });
  });
}
