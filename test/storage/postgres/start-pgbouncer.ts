import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../../playground/find-free-port.ts';

export type Pgbouncer = {
  /** The URL of the same database, through PgBouncer. */
  through(url: string): string;
  stop(): Promise<void>;
};

/**
 * PgBouncer in transaction mode before the PostgreSQL of `url`: each transaction gets any of `poolSize` connections. It needs Debian's
 * package `pgbouncer`.
 */
export async function startPgbouncer(url: string, { poolSize = 3 } = {}): Promise<Pgbouncer> {
  const { hostname, port: target, username, password } = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-pgbouncer-'));
  const port = await findFreePort();
  const configFile = join(folder, 'pgbouncer.ini');
  writeFileSync(join(folder, 'users.txt'), `"${username}" "${password}"\n`);
  writeFileSync(
    configFile,
    `[databases]
* = host=${hostname} port=${target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
`,
  );
  chmodSync(folder, 0o755);
  // PgBouncer refuses to run as root.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const server = spawn('pgbouncer', ['-q', configFile], { stdio: 'ignore', ...nobody });
  process.once('exit', () => server.kill('SIGQUIT'));
  await waitForPort(port, server);
  return {
    through(direct) {
      const bounced = new URL(direct);
      bounced.host = `127.0.0.1:${port}`;
      return bounced.href;
    },
    async stop() {
      server.kill('SIGQUIT');
      await once(server, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

async function waitForPort(port: number, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline && server.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(20);
  }
  throw new Error('PgBouncer did not start');
}
