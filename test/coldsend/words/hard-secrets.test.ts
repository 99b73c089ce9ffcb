import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createColdsendClient } from '../../../src/coldsend/client.ts';
import { createForeignText } from '../../../src/coldsend/words/foreign-text.ts';
import { connectDirectly } from '../../../src/operations/proxy/connect.ts';
import { SAMPLE_ACCOUNT } from '../../add-inbox/request/sample-request.ts';
import { openRawServer, rawAnswer } from '../world/raw-server.ts';

test('each backslash and each quote of a secret is found as JSON and Python write it, not only the first', () => {
  const secret = 'a\\b\\c\'d\'e\\"f"';
  const clean = createForeignText([secret]);
  for (const form of [JSON.stringify(secret).slice(1, -1), 'a\\\\b\\\\c\\\'d\\\'e\\\\"f"']) {
    assert.match(clean(`login ${form} failed`), /^login •••[\\"']* failed$/);
  }
});

test('what stands around foreign words does not', () => {
  assert.equal(createForeignText([])('\n  no such user \t'), 'no such user');
});

test('a password that holds half a character is sent like any other, and hidden like any other', async () => {
  const smtp_password = 'half\ud83d-a-smile';
  assert.equal(createForeignText([smtp_password])(`no ${smtp_password}!`), 'no •••!');
  const server = await openRawServer({
    onRequest: (socket) => socket.end(rawAnswer(422, JSON.stringify({ detail: 'Connection failed' }))),
  });
  const { addSenderAccount, close } = createColdsendClient({
    baseUrl: server.baseUrl,
    addPath: '/x',
    timeoutMs: 10_000,
    connectWithin: connectDirectly,
    now: () => 0,
  });
  const result = await addSenderAccount('cs_live_x', { ...SAMPLE_ACCOUNT, smtp_password });
  assert.equal(result.kind, 'refused');
  assert.equal(server.requests.length, 1);
  await close();
  await server.close();
});

test('secrets that follow each other are hidden as one', () => {
  assert.equal(createForeignText(['hunter2!'])('no hunter2!hunter2! here'), 'no ••• here');
});

test('what was cut off is marked so, also where hiding made the text short again', () => {
  const secret = 'correct-horse-battery-staple';
  const clean = createForeignText([secret]);
  const fits = 1_001 - `${secret} `.length;
  assert.equal(clean(`${secret} ${'x'.repeat(fits)}`), `••• ${'x'.repeat(fits)}`);
  for (const behind of ['x', `x ${secret}`]) {
    assert.equal(clean(`${secret} ${'x'.repeat(fits)}${behind}`), `••• ${'x'.repeat(fits)}…`);
  }
});

test('wherever the text is cut, nothing of a secret is left at its end', () => {
  const secret = 'Q1-W2-E3-R4-T5-Z6';
  for (let at = 980; at < 1_010; at += 1) {
    const cut = createForeignText([secret])(`${secret.padEnd(at, 'x')}${secret}x`);
    assert.match(cut, /^[•x…]+$/, `${at}`);
  }
});
