import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { listen, type Reply, type Session } from '../../../playground/local-mail/mail-server.ts';
import { REFUSAL_REASONS, UNKNOWN_REASONS } from '../../../src/add-inbox/account/login-verdict.ts';
import { MAX_MORE_ADDRESSES } from '../../../src/mailbox/login/check-login.ts';
import { LOGIN_LIMITS, ROW_LOGIN_LIMITS } from '../../../src/mailbox/login/login-limits.ts';
import type { Half } from '../../../src/mailbox/login/mail-ports.ts';
import { fc } from '../../project/properties.ts';
import { HOST, PASSWORD, startLoginWorld, USER } from './login-world.ts';

const world = await startLoginWorld();
after(() => world.close());

const HALVES: { half: Half; suffix: string }[] = [
  { half: 'smtp', suffix: '587' },
  { half: 'imap', suffix: '143' },
];

const SILENT: Session = { greet: () => ({}), hear: () => ({}) };

/** A server that does with a connection what `serve` does. */
async function withServer<T>(
  suffix: string,
  serve: (socket: Socket) => void,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    serve(socket);
  });
  const port = await listen(server, suffix);
  try {
    return await use(port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

function loginTo(half: Half, port: number) {
  const limits = { greetingMs: 5_000, answerMs: 5_000, totalMs: 1_500, bytes: 64 * 1024 };
  return world.check({ [half]: { host: HOST, port, user: USER, password: PASSWORD } }, { limits });
}

test('a server that is out of reach, or says nothing, is found out before the total is over', () => {
  for (const { connectMs, greetingMs, totalMs } of [LOGIN_LIMITS, ROW_LOGIN_LIMITS]) {
    assert.ok((1 + MAX_MORE_ADDRESSES) * connectMs < totalMs);
    assert.ok(connectMs + greetingMs < totalMs);
  }
});

for (const { half, suffix } of HALVES) {
  describe(half, () => {
    test('a server that drips does not keep a login open', async () => {
      const drip = (socket: Socket) => {
        const timer = setInterval(() => socket.write('* OK 220-a '), 20);
        socket.on('close', () => clearInterval(timer));
      };
      const verdict = await withServer(suffix, drip, (port) => loginTo(half, port));
      assert.deepEqual(verdict[half], { kind: 'unknown', reason: 'no_answer' });
    });

    test('a server that says too much is left', async () => {
      const flood = (socket: Socket) => {
        const pour = () => {
          while (socket.writable && socket.write(half === 'smtp' ? '220-hello\r\n' : '* NO hello\r\n'));
        };
        socket.on('drain', pour);
        pour();
      };
      const verdict = await withServer(suffix, flood, (port) => loginTo(half, port));
      assert.notEqual(verdict[half].kind, 'works');
    });

    test('a server that leaves at any step, or says anything, is no success and no crash', async () => {
      const sessions = fc.sample(sessionArbitrary(half), 200);
      const limits = { greetingMs: 300, answerMs: 300, totalMs: 1_500 };
      const server = { implicitTls: true, session: () => sessions.pop()?.() ?? SILENT };
      const { port, close } = await world.startServer(half, server);
      const login = { [half]: { host: HOST, port, user: USER, password: PASSWORD } };
      const checks = sessions.map(async () => (await world.check(login, { limits }))[half]);
      const verdicts = await Promise.all(checks);
      await close();
      const reasons: readonly string[] = [...REFUSAL_REASONS, ...UNKNOWN_REASONS];
      for (const verdict of verdicts) {
        assert.ok(verdict.kind !== 'works' && reasons.includes(verdict.reason), JSON.stringify(verdict));
        assert.ok(!JSON.stringify(verdict).includes(PASSWORD));
      }
    });
  });
}

/** Keeps to the protocol for some lines, then says anything but yes to a login; it echoes what it was told, too. */
function sessionArbitrary(half: Half): fc.Arbitrary<() => Session> {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom(
      '421 bye',
      '554 no',
      '334 AAAA',
      '220 hi',
      '250 OK',
      '235-a\r\n535 b',
      '535-a\r\n',
      '* BYE',
      'TAG NO',
      'TAG BAD',
      '+ ',
      '* {99999999}',
      '* OK [ALERT] (',
    ),
    fc.constantFrom('ECHO', 'TAG NO [AUTHENTICATIONFAILED] ECHO', '535 5.7.8 ECHO', '* NO ECHO', '454 ECHO'),
  );
  const reply = fc.record({
    say: anything,
    next: fc.option(fc.constant('close' as const), { nil: undefined, freq: 8 }),
  });
  return fc.array(reply, { minLength: 1, maxLength: 6 }).map((replies) => () => {
    let at = 0;
    return {
      greet: () => ({ say: half === 'smtp' ? '220 hi\r\n' : '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n' }),
      hear: (line) => {
        if (/^EHLO/.test(line) && at === 0) return { say: '250-hi\r\n250 AUTH PLAIN LOGIN\r\n' };
        const { say, next } = replies[at++ % replies.length] ?? { say: '', next: undefined };
        const said = say.replaceAll('TAG', line.split(' ')[0] ?? '').replaceAll('ECHO', `${line} ${PASSWORD}`);
        const text = `${half === 'smtp' ? said.replace(/^235(?!-a)/gm, '535') : said}\r\n`;
        const answer: Reply = { say: text };
        return next === undefined ? answer : { ...answer, next };
      },
    };
  });
}
