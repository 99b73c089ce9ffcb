import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { BoltApp } from '../../../src/slack/bolt/bolt-without-receivers.ts';

const require = createRequire(import.meta.url);

const authorize = async () => ({});

test('what only the receivers of Bolt need is not loaded', () => {
  const loaded = Object.keys(require.cache);
  assert.ok(loaded.some((file) => file.includes('/@slack/bolt/dist/App.js')));
  for (const name of ['express', 'jsonwebtoken', 'raw-body', '@slack/oauth', '@slack/socket-mode', 'undici']) {
    assert.deepEqual(
      loaded.filter((file) => file.includes(`/node_modules/${name}/`)),
      [],
    );
  }
});

test('an app without a receiver of its own is refused', () => {
  assert.throws(() => new BoltApp({ signingSecret: 'secret', authorize }), /has to be given a receiver/);
});

test('the receivers are there for whoever asks for them', () => {
  const { default: HttpReceiver } = require('@slack/bolt/dist/receivers/HTTPReceiver.js');
  assert.ok(new HttpReceiver({ signingSecret: 'secret' }).requestListener);
});
