import assert from 'node:assert/strict';
import type { Script } from '../../../playground/local-coldsend/script.ts';
import type { MessageSeen } from '../../../playground/local-slack/local-slack.ts';
import type { World } from '../world/start-bot.ts';

export type Case = {
  name: string;
  script: Script;
  /** What the announcement shows at a glance. */
  glance: string;
  /** What stands in the reply. */
  reply: (string | RegExp)[];
  button?: 'Fix and try again' | 'Try again';
  /** Whether ColdSend has the inbox afterwards. */
  added?: boolean;
  /** The key is refused by this, and has to be stored again. */
  keyLost?: boolean;
};

export const PAGE = '<html><head><title>Blocked</title></head><body>Ray 7f</body></html>';

export const TROUBLES = {
  404: ['🔧 Inbox not added: the ColdSend address is wrong', /COLDSEND_ADD_PATH/],
  405: ['🔧 Inbox not added: the ColdSend address is wrong', /COLDSEND_ADD_PATH/],
  410: ['🔧 Inbox not added: the ColdSend address is wrong', /COLDSEND_ADD_PATH/],
  407: ['🔧 Inbox not added: a proxy asks for a login', /user name and password of the proxy/],
  413: ['🔧 Inbox not added: a size limit is too small', /size limit of the proxy/],
  401: ['❌ Inbox not added: it was refused on the way to ColdSend', /key did not change/],
  403: ['❌ Inbox not added: it was refused on the way to ColdSend', /key did not change/],
} as const;

export const REFUSED = '❌ Inbox not added: ColdSend refused it';

export const KEY_REFUSED = '🔑 Inbox not added: ColdSend refused the API key';

export const UNKNOWN = "❓ We don't know if the inbox was added";

export const refused: Case[] = [
  {
    name: 'success: false',
    script: { kind: 'not_added', message: 'The plan is full.' },
    glance: REFUSED,
    reply: ['ColdSend says: The plan is full.'],
    button: 'Fix and try again',
  },
  {
    name: '400 with a text',
    script: { kind: 'login_failed', reason: 'wrong app password' },
    glance: REFUSED,
    reply: ['ColdSend says: Connection failed: wrong app password'],
    button: 'Fix and try again',
  },
  {
    name: '422 with a list by field',
    script: {
      kind: 'field_errors',
      errors: [
        { loc: ['body', 'smtp_port'], msg: 'Input should be less than 65536', type: 'less_than' },
        { loc: ['body', 'smtp_password'], msg: 'Too weak', type: 'x' },
        { loc: ['body', 'warmup_mode'], msg: 'Field required', type: 'missing' },
      ],
    },
    glance: REFUSED,
    reply: ['SMTP port: Input should be less than 65536', 'Password: Too weak', 'warmup_mode: Field required'],
    button: 'Fix and try again',
  },
  {
    name: '404 of ColdSend',
    script: { kind: 'refused', status: 404, detail: 'Not Found' },
    glance: TROUBLES[404][0],
    reply: ['ColdSend says: Not Found', TROUBLES[404][1]],
    button: 'Try again',
  },
  {
    name: '402 without words',
    script: { kind: 'raw', status: 402, body: '' },
    glance: REFUSED,
    reply: ['ColdSend says: HTTP 402'],
    button: 'Fix and try again',
  },
  {
    name: '409',
    script: { kind: 'exists' },
    glance: 'ℹ️ Inbox not added: ColdSend already has it',
    reply: ['ColdSend says: Email already exists', 'We changed nothing.'],
  },
  {
    name: '401',
    script: { kind: 'key_refused' },
    glance: KEY_REFUSED,
    reply: ['ColdSend says: Invalid or revoked API key', /admin/],
    button: 'Fix and try again',
    keyLost: true,
  },
  ...(['text', 'list', 'list_without_error'] as const).map(
    (form): Case => ({
      name: `403 with the missing scopes as ${form}`,
      script: { kind: 'scopes_missing', form },
      glance: KEY_REFUSED,
      reply: ['Missing scopes: sender_accounts:write', /admin/],
      button: 'Fix and try again',
      keyLost: true,
    }),
  ),
];

export const unknown: Case[] = [
  {
    name: '500',
    script: { kind: 'server_error', status: 500 },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['ColdSend had a server error.'],
  },
  {
    name: '502 from a proxy, the inbox having been added',
    script: { kind: 'server_error', status: 502, added: true },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['A server between this bot and ColdSend answered in its place (HTTP 502).'],
    added: true,
  },
  {
    name: 'a redirect',
    script: { kind: 'redirect', status: 307, location: '/api/public/v1/elsewhere' },
    glance: TROUBLES[404][0],
    button: 'Try again',
    reply: ['HTTP 307', TROUBLES[404][1]],
  },
  {
    name: 'a 503 with a page',
    script: { kind: 'raw', status: 503, headers: { 'Content-Type': 'text/html' }, body: PAGE },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['A server between this bot and ColdSend answered in its place (HTTP 503).'],
  },
  {
    name: 'an empty 200',
    script: { kind: 'raw', status: 200, body: '' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: '204',
    script: { kind: 'raw', status: 204, headers: { 'Content-Length': '0' }, body: '' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: 'a 200 that is no JSON',
    script: { kind: 'raw', status: 200, body: '<html>Welcome</html>' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: 'a 200 of another shape',
    script: { kind: 'raw', status: 200, body: '{"success":"true"}' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: 'a 200 that is too large',
    script: { kind: 'raw', status: 200, body: `{"success":true,"message":"${'x'.repeat(1024 * 1024)}"}` },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: 'an answer that is cut off',
    script: { kind: 'cut_off', afterBytes: 20 },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
    added: true,
  },
  {
    name: 'a connection reset after the request was read',
    script: { kind: 'reset', when: 'after_reading' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['The connection to ColdSend broke before it answered.'],
  },
  {
    name: 'an answer that never comes',
    script: { kind: 'hang' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['The connection to ColdSend broke before it answered.'],
  },
  {
    name: 'an answer that stops in the middle',
    script: { kind: 'hang', afterBytes: 30, of: { kind: 'added' } },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
    added: true,
  },
];

/** The announcement of the inbox and what stands in its thread, as the person who added it sees them. */
export function threadOf({ member, channelId }: World, address: string): { root: MessageSeen; replies: MessageSeen[] } {
  const roots = member.in(channelId).filter(({ rendered }) => rendered.includes(address));
  assert.equal(roots.length, 1, `one announcement of ${address}`);
  const [root] = roots;
  assert.ok(root);
  return { root, replies: root.thread };
}

export function postsFor({ coldsend }: World, address: string) {
  return coldsend.ledger.filter(({ body }) => says(body, `"${address}"`));
}

export function says(value: unknown, text: string): boolean {
  return JSON.stringify(value ?? '').includes(text);
}

export function has(text: string, expected: string | RegExp): boolean {
  return typeof expected === 'string' ? text.includes(expected) : expected.test(text);
}
