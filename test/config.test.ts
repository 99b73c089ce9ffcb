import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, findConfigWarnings, parseConfig, readEnvironment } from '../src/config.ts';
import { createDns } from '../src/mailbox/dns.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const SOCKET = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', ENCRYPTION_KEYS: `k1:${KEY}` };
const HTTP = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's3cr3t', ENCRYPTION_KEYS: `k1:${KEY}` };

function problemsOf(env: Record<string, string | undefined>): string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
}

test('the documented defaults apply', () => {
  const config = parseConfig(SOCKET);
  assert.deepEqual(config, {
    slack: {
      apiUrl: 'https://slack.com/api/',
      workspaces: { kind: 'one', botToken: 'xoxb-1' },
      transport: { kind: 'socket', appToken: 'xapp-1' },
    },
    coldsend: {
      apiUrl: 'https://api.coldsend.io/api/public/v1',
      addPath: '/sender-accounts',
      timeoutMs: 60_000,
      rateLimits: [
        { requests: 100, seconds: 60 },
        { requests: 1000, seconds: 3600 },
      ],
    },
    proxies: { http: undefined, https: undefined, exceptions: [] },
    mailbox: { loginChecks: true, loginCheckNetworks: [], dnsServers: undefined },
    encryptionKeys: [{ id: 'k1', key: new Uint8Array(32).fill(7) }],
    databaseUrl: 'sqlite:./data/inbox-bot.db',
    host: '127.0.0.1',
    port: 3000,
    publicUrl: undefined,
    logLevel: 'info',
  });
});

test('in Socket Mode, the port is for this machine only, unless HOST says otherwise', () => {
  assert.equal(parseConfig(SOCKET).host, '127.0.0.1');
  assert.equal(parseConfig(HTTP).host, '0.0.0.0');
  for (const [set, host] of [
    ['::', '::'],
    ['[::1]', '::1'],
    ['10.0.0.1', '10.0.0.1'],
  ]) {
    for (const env of [SOCKET, HTTP]) assert.equal(parseConfig({ ...env, HOST: set }).host, host);
  }
});

test('proxies are read as everywhere: lower case wins, a scheme may be missing, an empty one counts as not set', () => {
  const upper = { HTTPS_PROXY: 'http://a:b@up.example:1', HTTP_PROXY: 'https://up.example', NO_PROXY: 'up.example' };
  const lower = { https_proxy: 'low.example:3128', http_proxy: ' ', no_proxy: ' .x.example, y.example  [::1]:80 ,' };
  const of = (env: Record<string, string>) => {
    const { https, http, exceptions } = parseConfig({ ...SOCKET, ...env }).proxies;
    return [https?.href, http?.href, exceptions];
  };
  assert.deepEqual(of(upper), ['http://a:b@up.example:1/', 'https://up.example/', ['up.example']]);
  const exceptions = ['.x.example', 'y.example', '[::1]:80'];
  assert.deepEqual(of({ ...upper, ...lower }), ['http://low.example:3128/', 'https://up.example/', exceptions]);
});

test('a signing secret chooses HTTP, an app token Socket Mode', () => {
  assert.deepEqual(parseConfig(HTTP).slack.transport, { kind: 'http', signingSecret: 's3cr3t' });
  assert.equal(parseConfig({ ...HTTP, ...SOCKET }).slack.transport.kind, 'socket');
});

test('an empty environment is told everything that is missing at once', () => {
  const problems = problemsOf({ SLACK_BOT_TOKEN: '', ENCRYPTION_KEYS: ' ' });
  assert.equal(problems.length, 3);
  assert.match(
    problems.join('\n'),
    /ENCRYPTION_KEYS is missing.*node -e.*SLACK_APP_TOKEN.*SLACK_BOT_TOKEN is missing/s,
  );
});

test('what is wrong is named and never quoted', () => {
  const secret = 'hunter2-hunter2';
  const wrong: Record<string, string> = {
    SLACK_BOT_TOKEN: secret,
    SLACK_APP_TOKEN: secret,
    SLACK_API_URL: `http://slack.example/${secret}`,
    SLACK_CLIENT_ID: `${secret}/`,
    SLACK_STATE_SECRET: secret,
    SLACK_AUTHORIZE_URL: secret,
    PUBLIC_URL: secret,
    COLDSEND_API_URL: `https://user:${secret}@api.example`,
    COLDSEND_ADD_PATH: secret,
    COLDSEND_TIMEOUT_MS: secret,
    COLDSEND_RATE_LIMIT: secret,
    LOGIN_CHECKS: secret,
    LOGIN_CHECK_NETWORKS: secret,
    DNS_SERVERS: secret,
    HTTPS_PROXY: `ftp://u:${secret}@proxy.example`,
    HTTP_PROXY: `http://u:${secret}@proxy.example/%`,
    https_proxy: `http://u:${secret}%zz@proxy.example`,
    http_proxy: `http://${secret}:99999`,
    ENCRYPTION_KEYS: secret,
    DATABASE_URL: secret,
    PORT: secret,
    LOG_LEVEL: secret,
  };
  const problems = problemsOf(wrong);
  for (const name of Object.keys(wrong))
    assert.ok(
      problems.some((problem) => problem.startsWith(`${name} `)),
      name,
    );
  assert.ok(!problems.join().includes(secret));
});

test('plain http is taken for a loopback host only', () => {
  for (const url of ['http://127.0.0.1:1/api/', 'http://localhost:1/', 'http://[::1]:1/', 'https://slack.example/']) {
    assert.equal(parseConfig({ ...SOCKET, SLACK_API_URL: url }).slack.apiUrl, url);
  }
  for (const url of ['http://slack.com/api/', 'http://127.0.0.1.evil.example/', 'ftp://localhost/', 'nonsense']) {
    assert.equal(problemsOf({ ...SOCKET, SLACK_API_URL: url }).length, 1, url);
  }
});

test('several encryption keys are taken in order; a short, repeated or nameless one is not', () => {
  const other = Buffer.alloc(32, 8).toString('base64');
  assert.deepEqual(
    parseConfig({ ...SOCKET, ENCRYPTION_KEYS: `new:${other}, k1:${KEY}` }).encryptionKeys.map(({ id }) => id),
    ['new', 'k1'],
  );
  const bad = [`k1:${KEY},k1:${other}`, `:${KEY}`, KEY, `k1:${Buffer.alloc(16).toString('base64')}`, `k1:${KEY},`];
  for (const keys of bad) assert.equal(problemsOf({ ...SOCKET, ENCRYPTION_KEYS: keys }).length, 1, keys);
});

test('an encryption key may lack the = at its end, or be of the URL-safe kind', () => {
  const bytes = Buffer.alloc(32, 0xfb);
  for (const text of [bytes.toString('base64').replace('=', ''), bytes.toString('base64url')]) {
    const env = { ...SOCKET, ENCRYPTION_KEYS: `k1:${text}` };
    assert.deepEqual(parseConfig(env).encryptionKeys, [{ id: 'k1', key: new Uint8Array(bytes) }]);
    assert.match(findConfigWarnings(env).join(), /^ENCRYPTION_KEYS looks unusual/);
  }
});

const USUAL: Record<string, string> = {
  SLACK_BOT_TOKEN: 'xoxb-111-222-AbC',
  SLACK_APP_TOKEN: 'xapp-1-A0-111-abc',
  SLACK_SIGNING_SECRET: '0123456789abcdef'.repeat(2),
  SLACK_API_URL: 'https://slack.example/api/',
  COLDSEND_API_URL: 'https://coldsend.example',
  COLDSEND_ADD_PATH: '/sender-accounts/smtp',
  COLDSEND_TIMEOUT_MS: '1000',
  COLDSEND_RATE_LIMIT: '5/1',
  ENCRYPTION_KEYS: `k2:${KEY}, k1:${KEY}`,
  DATABASE_URL: 'sqlite:./x.db',
  HOST: '127.0.0.1',
  PORT: '3001',
  PUBLIC_URL: 'https://bot.example.com',
  LOG_LEVEL: 'warn',
};

const BOTH = 'SLACK_APP_TOKEN turns on Socket Mode, so the bot ignores SLACK_SIGNING_SECRET. Remove one.';

test('blanks, line breaks and quotes around any value make no difference, and quotes are told', () => {
  const config = parseConfig(USUAL);
  assert.deepEqual(findConfigWarnings(USUAL), [BOTH]);
  for (const [name, value] of Object.entries(USUAL)) {
    for (const around of [`${value}\r\n`, ` \t${value}\u00a0`, `\ufeff${value}\n`]) {
      assert.deepEqual(parseConfig({ ...USUAL, [name]: around }), config, name);
      assert.deepEqual(findConfigWarnings({ ...USUAL, [name]: around }), [BOTH], name);
    }
    for (const quoted of [`"${value}"`, `'${value}'`, `“${value}”\n`, `" ${value}\n"`]) {
      assert.deepEqual(parseConfig({ ...USUAL, [name]: quoted }), config, name);
      assert.deepEqual(findConfigWarnings({ ...USUAL, [name]: quoted }), [
        BOTH,
        `${name} has quotes around it. The bot ignores them. Remove them.`,
      ]);
    }
  }
  assert.match(problemsOf({ ...USUAL, ENCRYPTION_KEYS: '""' }).join(), /^ENCRYPTION_KEYS is missing/);
});

test('an unusual form is told with what was expected, never refused, and never quoted', () => {
  const unusual: [name: string, value: string, expected: RegExp][] = [
    ['SLACK_SIGNING_SECRET', 'hunter2', /32 hex digits/],
    ['SLACK_SIGNING_SECRET', '0123456789ABCDEF'.repeat(2), /32 hex digits/],
    ['SLACK_CLIENT_SECRET', '0123456789abcdef', /32 hex digits/],
    ['SLACK_BOT_TOKEN', 'xoxb-hunter2.', /xoxb- and then/],
    ['SLACK_APP_TOKEN', 'xapp-"hunter2', /xapp- and then/],
    ['SLACK_CLIENT_ID', 'hunter2', /two numbers/],
    ['COLDSEND_TIMEOUT_MS', '60', /milliseconds/],
  ];
  for (const [name, value, expected] of unusual) {
    const [both, ...warnings] = findConfigWarnings({ ...USUAL, [name]: value });
    assert.deepEqual([both, warnings.length], [BOTH, 1], name);
    assert.match(warnings.join(), new RegExp(`^${name} looks unusual\\. Expected: `));
    assert.match(warnings.join(), expected);
    assert.ok(!warnings.join().includes(value));
    if (!name.includes('CLIENT')) assert.deepEqual(problemsOf({ ...USUAL, [name]: value }), []);
  }
});

test('a name that looks like a setting and is none is named, with what is missing or as a warning', () => {
  const misspelled = { ENCRYPTION_KEY: 'k1:hunter2', COLDSEND_TIMEOUT: '60', slack_bot_token: 'xoxb-1', PATH: '/bin' };
  const says = ['ENCRYPTION_KEY', 'COLDSEND_TIMEOUT', 'slack_bot_token'].map(
    (name) => `${name} is not a setting of the bot. Check how it is spelled, or remove it.`,
  );
  assert.deepEqual(findConfigWarnings({ ...SOCKET, ...misspelled, COLDSEND_API_KEY: '' }).slice(0, 3), says);
  assert.deepEqual(problemsOf({ SLACK_APP_TOKEN: 'xapp-1', ...misspelled }).slice(2), says);
});

test('an address to listen on has no scheme and no port, and a database in memory is refused', () => {
  for (const HOST of ['http://0.0.0.0', '0.0.0.0:3000', 'localhost:3000', '/tmp/socket']) {
    assert.deepEqual(problemsOf({ ...SOCKET, HOST }), ['HOST must be an address like 127.0.0.1 or ::, without a port']);
  }
  for (const HOST of ['localhost', 'fe80::1%eth0', '[::]']) assert.deepEqual(problemsOf({ ...SOCKET, HOST }), []);
  for (const DATABASE_URL of ['sqlite::memory:', 'sqlite://:memory:']) {
    assert.deepEqual(problemsOf({ ...SOCKET, DATABASE_URL }), [
      'DATABASE_URL must be sqlite:FILE or start with postgres://',
    ]);
  }
});

test('a token that can stand in no header is refused', () => {
  for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN']) {
    for (const inside of [' ', '\n', '\u200b', 'ä']) {
      const value = `${USUAL[name]}${inside}x`;
      assert.match(problemsOf({ ...USUAL, [name]: value }).join(), new RegExp(`^${name} has a space or another`));
    }
  }
});

test('rate limits are read as requests/seconds', () => {
  const config = parseConfig({ ...SOCKET, COLDSEND_RATE_LIMIT: '5/1, 300/3600' });
  assert.deepEqual(config.coldsend.rateLimits, [
    { requests: 5, seconds: 1 },
    { requests: 300, seconds: 3600 },
  ]);
  for (const bad of ['100', '0/60', '100/0', '1/1,', 'a/b', '-1/5']) {
    assert.equal(problemsOf({ ...SOCKET, COLDSEND_RATE_LIMIT: bad }).length, 1, bad);
  }
});

const STATE_SECRET = 'at least 32 random characters, here';
const { SLACK_BOT_TOKEN: _token, ...NO_TOKEN } = HTTP;
const MANY = {
  ...NO_TOKEN,
  SLACK_CLIENT_ID: '1.2',
  SLACK_CLIENT_SECRET: 'client',
  SLACK_STATE_SECRET: STATE_SECRET,
  PUBLIC_URL: 'https://bot.example.com/',
};

test('the three secrets of installing make it several workspaces, without a bot token, over HTTP or Socket Mode', () => {
  const many = {
    kind: 'many',
    clientId: '1.2',
    clientSecret: 'client',
    stateSecret: STATE_SECRET,
    authorizeUrl: 'https://slack.com/oauth/v2/authorize',
    publicUrl: 'https://bot.example.com',
  };
  assert.deepEqual(parseConfig(MANY).slack.workspaces, many);
  const socket = parseConfig({ ...MANY, SLACK_SIGNING_SECRET: '', SLACK_APP_TOKEN: 'xapp-1' }).slack;
  assert.deepEqual([socket.workspaces, socket.transport.kind], [many, 'socket']);
});

test('of what several workspaces need, all has to be there, and no bot token beside it', () => {
  for (const name of ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_STATE_SECRET', 'PUBLIC_URL']) {
    const problems = problemsOf({ ...MANY, [name]: '' });
    assert.equal(problems.length, 1, problems.join());
    assert.match(problems.join(), new RegExp(`^${name} is missing`));
  }
  const both = problemsOf({ ...MANY, SLACK_BOT_TOKEN: 'xoxb-1' });
  assert.deepEqual(both, [
    "SLACK_BOT_TOKEN (one workspace) and SLACK_CLIENT_ID (several workspaces) can't be set together",
  ]);
  assert.match(
    problemsOf({ ...MANY, SLACK_STATE_SECRET: 'short' }).join(),
    /^SLACK_STATE_SECRET must have at least 32/,
  );
  assert.equal(problemsOf({ ...HTTP, PUBLIC_URL: 'https://bot.example.com' }).length, 0);
});

test('login checks are switched off, and get networks and name servers of their own', () => {
  const set = {
    LOGIN_CHECKS: 'off',
    LOGIN_CHECK_NETWORKS: '10.1.0.0/16, fd00::/8',
    DNS_SERVERS: '10.0.0.53,10.0.0.54:5353, fd00::53,[fd00::54]:5353,[fd00::55]',
  };
  assert.deepEqual(parseConfig({ ...SOCKET, ...set }).mailbox, {
    loginChecks: false,
    loginCheckNetworks: ['10.1.0.0/16', 'fd00::/8'],
    dnsServers: ['10.0.0.53', '10.0.0.54:5353', 'fd00::53', '[fd00::54]:5353', '[fd00::55]'],
  });
});

test('what is no range or no name server is refused', () => {
  for (const LOGIN_CHECK_NETWORKS of ['10.1.0.0', '10.1.0.0/33', 'mail.acme.com/8', '10.1.0.0/16,', '::/129']) {
    assert.match(problemsOf({ ...SOCKET, LOGIN_CHECK_NETWORKS }).join(), /^LOGIN_CHECK_NETWORKS must/);
  }
  for (const DNS_SERVERS of ['dns.acme.com', '10.0.0.53:0', '10.0.0.53:65536', '10.0.0', '[fd00::53', '[10.0.0.53]']) {
    assert.match(problemsOf({ ...SOCKET, DNS_SERVERS }).join(), /^DNS_SERVERS must/);
  }
});

test('Node takes every form of a name server that the settings take', () => {
  const { dnsServers } = parseConfig({
    ...SOCKET,
    DNS_SERVERS: '10.0.0.53:53,[fd00::53]:53,[fd00::54],fd00::55',
  }).mailbox;
  assert.doesNotThrow(() => createDns({ servers: dnsServers, timeoutMs: 100 }));
});

test('a .env that cannot be read is named, unless the environment has the settings', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-env-'));
  mkdirSync(join(folder, '.env'));
  const back = process.cwd();
  process.chdir(folder);
  context.after(() => {
    process.chdir(back);
    rmSync(folder, { recursive: true });
  });
  assert.throws(() => readEnvironment({ ENCRYPTION_KEYS: ' ' }), {
    problems: [".env can't be read (EISDIR). It must be a file of the user that runs the bot"],
  });
  assert.deepEqual(readEnvironment(SOCKET), SOCKET);
  rmSync(join(folder, '.env'), { recursive: true });
  assert.deepEqual(readEnvironment({}), {});
});
