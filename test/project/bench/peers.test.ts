import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { after, before, describe, type TestContext, test } from 'node:test';
import pg from 'pg';
import { createId, ID_PLACEHOLDER } from '../../../bench/clock.ts';
import { listen } from '../../../bench/listen.ts';
import { PEERS, startSubject } from '../../../bench/subjects.ts';
import { createForm, SIGNING_SECRET } from '../../../bench/workloads.ts';
import { signatureHeaders } from '../../../playground/local-slack/local-slack.ts';
import { sharePostgres, type TestDatabases } from '../../storage/postgres/start-postgres.ts';

/*
 * The peers that the bot is measured against keep the bot's promise. pg-boss notices a dead process after 10 s at the earliest.
 */

type Peer = (typeof PEERS)[number];

/** Jobs that still hold their sealed passwords. */
const SEALED: Record<Peer, string> = {
  'better-sqlite3': 'select sealed from jobs where sealed is not null',
  'graphile-worker': 'select sealed from additions where sealed is not null',
  'pg-boss': `select data->>'sealed' as sealed from pgboss.job where data ? 'sealed'`,
};

const DEADLINE_MS = 120_000;
const ADD = '/coldsend/sender-accounts';
const POST = '/api/chat.postMessage';

const { bodies } = createForm();
const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-peers-'));
let postgres: TestDatabases;
before(async () => {
  postgres = await sharePostgres();
});
after(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

describe('peers', { concurrency: 3, timeout: DEADLINE_MS }, () => {
  // pg-boss waits longest.
  for (const peer of PEERS.toReversed()) {
    test(`${peer}, killed while ColdSend has the request: it is sent once, and the thread says that nobody knows`, async (context) => {
      const { calls, restart, sealed } = await killAt(context, peer, ADD);
      assert.match(await restart(), /may have been added or not/);
      assert.equal(calls.to(ADD).length, 1);
      assert.deepEqual(await sealed(), []);
    });

    test(`${peer}, killed between the ack and arming: the next process sends it once, and reports the outcome`, async (context) => {
      const { calls, restart, sealed } = await killAt(context, peer, POST);
      const [kept] = await sealed();
      assert.doesNotMatch(String(kept), /abcd/);
      assert.match(await restart(), /ACTIVE/);
      assert.equal(calls.to(ADD).length, 1);
      assert.match(calls.to(ADD)[0]?.body ?? '', /"smtp_password":"abcdefghijklmnop"/);
      assert.deepEqual(await sealed(), []);
    });
  }
});

/** Submits, and kills the peer when its call to `path` has come, which gets no answer. */
async function killAt(context: TestContext, peer: Peer, path: string) {
  const databaseUrl =
    peer === 'better-sqlite3' ? `sqlite:${join(folder, `${createId()}.db`)}` : await postgres.createDatabase();
  const calls = createCalls();
  calls.hold(path);
  const server = createServer(async (request, response) =>
    calls.take({ path: request.url ?? '', body: await text(request), response }),
  );
  const standInPort = await listen(server);
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const start = () => startSubject(peer, { standInPort, databaseUrl });
  const first = await start();
  const held = calls.next((call) => call.path === path);
  await submit(first.port);
  await held;
  await first.kill();
  calls.hold(undefined);
  return {
    calls,
    sealed: () => query(databaseUrl, SEALED[peer]),
    /** Resolves with the text of the reply in the thread. */
    async restart(): Promise<string> {
      const replied = calls.next(isReply);
      const second = await start();
      context.after(() => second.stop());
      const { body } = await replied;
      return new URLSearchParams(body).get('text') ?? '';
    },
  };
}

async function submit(port: number): Promise<void> {
  const body = bodies.how.replaceAll(ID_PLACEHOLDER, createId());
  const timestampSeconds = Math.floor(Date.now() / 1000);
  const response = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...signatureHeaders({ body, signingSecret: SIGNING_SECRET, timestampSeconds }),
    },
    body,
  });
  assert.match(await response.text(), /"update"/);
}

type Call = { path: string; body: string };

/** Slack and ColdSend: remembers each call and answers it, unless its path is held. */
function createCalls() {
  const seen: Call[] = [];
  const waiting: { matches(call: Call): boolean; found(call: Call): void }[] = [];
  let held: string | undefined;
  return {
    hold(path: string | undefined): void {
      held = path;
    },
    to: (path: string) => seen.filter((call) => call.path === path),
    next: (matches: (call: Call) => boolean) =>
      new Promise<Call>((found) => {
        waiting.push({ matches, found });
      }),
    take({ path, body, response }: Call & { response: ServerResponse }): void {
      const call = { path, body };
      seen.push(call);
      const answer = path === ADD ? { overall_status: 'ACTIVE' } : { ok: true, channel: 'C1', ts: '1700000000.000100' };
      if (path !== held) response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
      for (const { matches, found } of waiting) if (matches(call)) found(call);
    },
  };
}

function isReply({ path, body }: Call): boolean {
  return path === POST && body.includes('thread_ts=');
}

async function query(databaseUrl: string, sql: string): Promise<unknown[]> {
  if (databaseUrl.startsWith('sqlite:')) {
    const db = new DatabaseSync(databaseUrl.replace('sqlite:', ''));
    const rows = db.prepare(sql).all();
    db.close();
    return rows.map(({ sealed }) => sealed);
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ sealed: string }>(sql);
  await client.end();
  return rows.map(({ sealed }) => sealed);
}
