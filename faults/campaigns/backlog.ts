import { WORKSPACE } from '../../src/add-inbox/keys/key-owner.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { createRequestRepository } from '../../src/storage/requests/request-repository.ts';
import { createSealer } from '../../src/storage/sealing/sealing.ts';
import { createColdsendKeyRepository } from '../../src/storage/workspaces/coldsend-key-repository.ts';
import { createInstallationRepository } from '../../src/storage/workspaces/installation-repository.ts';
import { API_KEY } from '../../test/acceptance/world/start-bot.ts';
import { ACCOUNT_TO_ADD } from '../../test/add-inbox/request/sample-request.ts';
import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { checkFacts } from '../judging/check-facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { judgeRates } from '../judging/judge-rates.ts';
import { countVerdict, createTally, type Tally } from '../judging/tally.ts';
import { addressOf, type FaultWorld, passwordFor, startFaultWorld } from '../world/fault-world.ts';
import { readAllWhenReported } from '../world/read-committed.ts';
import { startReplicas } from '../world/replicas.ts';

const COMMITTED_WITHIN_MS = 20_000;
const WORKSPACES = 5;
const PEOPLE = 4;

/** ColdSend's own: scaled down, how long a request travels would count for too much. 500 requests take 4 minutes. */
const LIMITS = [
  { requests: 100, seconds: 60 },
  { requests: 1_000, seconds: 3_600 },
];

/** The same sealing key as every bot of a fault world has. */
const SEALING_KEY = { id: 'k1', key: new Uint8Array(32).fill(42) };

/**
 * A backlog of requests of five workspaces that share a key, put into the store before three replicas start on it. ColdSend's
 * ledger tells whether its limits were kept and used, and whether anybody starved.
 */
export async function meetBacklog({
  postgres,
  requests,
}: {
  postgres: TestPostgres;
  requests: number;
}): Promise<Tally> {
  const tally = createTally('a backlog of 5 workspaces on 3 replicas');
  const startedAt = performance.now();
  const rateLimit = LIMITS.map(({ requests, seconds }) => `${requests}/${seconds}`).join(',');
  const world = await startFaultWorld({ coldsend: { rateLimits: LIMITS }, rateLimit });
  const url = await postgres.createDatabase();
  const teamOf = await fillStore(world, url, requests);
  const { SLACK_BOT_TOKEN: _token, ...env } = world.env;
  const { app, authorizeUrl } = world.slack;
  const oauth = {
    SLACK_CLIENT_ID: app.clientId,
    SLACK_CLIENT_SECRET: app.clientSecret,
    SLACK_STATE_SECRET: 'only for these tests, and long enough',
    SLACK_AUTHORIZE_URL: authorizeUrl,
    PUBLIC_URL: 'http://127.0.0.1:1',
  };
  const replicas = await startReplicas({ ...world, env: { ...env, ...oauth } }, url);
  try {
    const addresses = [...teamOf.keys()];
    await world.reports.waitFor(addresses, requests * 1_000 + 120_000);
    const sent = world.coldsend.ledger.flatMap(({ at, body, answered }) => {
      const teamId = teamOf.get(emailIn(body));
      if (typeof answered === 'object' && answered.status === 429) tally.violations.push('ColdSend had to say 429');
      return teamId === undefined ? [] : [{ at, teamId }];
    });
    const { violations, used } = judgeRates(sent, LIMITS);
    tally.violations.push(...violations);
    tally.outcomes['% of the limits used'] = Math.round(used * 1000) / 10;
    const rows = await readAllWhenReported(replicas.read, addresses, COMMITTED_WITHIN_MS);
    for (const address of addresses) {
      const known = { acknowledged: true, crashes: [], committed: rows.get(address) };
      countVerdict(tally, checkFacts(gatherFacts(world, address, known)), true);
    }
    tally.trials += 1;
  } catch (error) {
    tally.violations.push(error instanceof Error ? error.message : String(error));
  } finally {
    await replicas.close();
    await world.close();
  }
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

/** Returns the workspace of each address. */
async function fillStore(world: FaultWorld, url: string, count: number): Promise<Map<string, string>> {
  const { slack } = world;
  const now = Date.now;
  const sealer = createSealer([SEALING_KEY]);
  const database = await openDatabase(url, { sealer });
  const keys = createColdsendKeyRepository({ db: database, sealer, now });
  const installations = createInstallationRepository({ database, sealer, now });
  const requests = createRequestRepository({ db: database, sealer, owner: 'before', leaseMs: 0, now });
  const teamOf = new Map<string, string>();
  const places = [];
  for (let workspace = 0; workspace < WORKSPACES; workspace += 1) {
    const { teamId, name, installation } = slack.addWorkspace({ name: `workspace ${workspace}` });
    if (installation === undefined) throw new Error('the app is not installed');
    const { botToken, botId, botUserId, scopes } = installation;
    const people = Array.from({ length: PEOPLE }, (_, at) => slack.addPerson({ name: `p${at}`, teamId }).id);
    const { id: channelId } = slack.addChannel({ teamId, members: people, withBot: true });
    const appId = slack.app.appId;
    const installedBy = people[0] ?? '';
    const shown = { teamId, teamName: name, enterpriseId: undefined, botId, botUserId, appId, scopes, installedBy };
    await installations.save({ ...shown, botToken });
    await keys.save({
      teamId,
      owner: WORKSPACE,
      apiKey: API_KEY,
      storedBy: installedBy,
      status: 'works',
      missingScopes: [],
    });
    places.push({ teamId, channelId, people });
  }
  for (let number = 0; number < count; number += 1) {
    const place = places[number % places.length];
    if (place === undefined) throw new Error('there is no workspace');
    const address = addressOf('backlog', number);
    const password = passwordFor(address);
    const accepted = await requests.accept({
      id: `B${String(number).padStart(11, '0')}`,
      teamId: place.teamId,
      userId: place.people[number % PEOPLE] ?? '',
      viewId: `V${number}`,
      channelId: place.channelId,
      resultsChannelId: undefined,
      keyName: WORKSPACE,
      retryOf: undefined,
      account: { ...ACCOUNT_TO_ADD, email_address: address, smtp_username: address, imap_username: address },
      passwords: { smtp_password: password, imap_password: password },
      responseUrl: undefined,
    });
    if (accepted.kind === 'accepted') await requests.release(accepted.request);
    teamOf.set(address, place.teamId);
  }
  await database.close();
  return teamOf;
}

function emailIn(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('email_address' in body)) return '';
  return String(body.email_address);
}
