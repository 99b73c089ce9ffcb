import assert from 'node:assert/strict';
import { test } from 'node:test';
import { belowPublicPath } from '../../src/web/below-public-path.ts';

const routes = { 'GET /secure': () => {}, 'POST /slack/events': () => {} };

test('behind a path, each route is served with it and without it', () => {
  for (const publicUrl of ['https://acme.com/bots/inbox', 'https://acme.com/bots/inbox/']) {
    assert.deepEqual(Object.keys(belowPublicPath(routes, publicUrl)), [
      ...Object.keys(routes),
      'GET /bots/inbox/secure',
      'POST /bots/inbox/slack/events',
    ]);
  }
  for (const publicUrl of [undefined, 'https://acme.com', 'https://acme.com/'])
    assert.deepEqual(belowPublicPath(routes, publicUrl), routes);
});
