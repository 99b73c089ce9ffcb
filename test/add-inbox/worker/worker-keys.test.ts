import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOST_PERMISSIONS } from '../../../src/add-inbox/people/person.ts';
import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import { PasswordsUnreadableError } from '../../../src/add-inbox/request/request.ts';
import { ANNOUNCEMENT, KEY, setUp } from './world/request-world.ts';

test('a refused key is marked under the version that was used, and the request that met it settles', async () => {
  const refused: SendResult = { kind: 'key_refused', reason: 'Invalid or revoked API key', missingScopes: [] };
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, answers: [refused] });
  take();
  assert.deepEqual((await whenReleased).outcome, refused);
  assert.ok(calls.includes('mark key 3 refused'));
});

test('a key that could not be checked is marked as working once ColdSend took it', async () => {
  const { take, whenReleased, calls } = setUp({
    request: { state: 'announced' },
    key: { ...KEY, status: 'unchecked' },
  });
  take();
  await whenReleased;
  assert.ok(calls.includes('mark key 3 works'));
});

for (const provesKey of [true, undefined]) {
  test(`a refusal ${provesKey ? 'by ColdSend itself' : 'by who knows whom'} ${provesKey ? 'shows' : 'does not show'} that an unchecked key works`, async () => {
    const refused: SendResult = { kind: 'refused', reason: 'Connection failed', fields: [] };
    const { take, whenReleased, calls } = setUp({
      request: { state: 'announced' },
      key: { ...KEY, status: 'unchecked' },
      answers: [provesKey ? { ...refused, provesKey } : refused],
    });
    take();
    assert.deepEqual((await whenReleased).outcome, refused);
    assert.equal(calls.includes('mark key 3 works'), provesKey === true);
  });
}

test('while the key is refused a request waits and nothing is sent', async () => {
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, key: { ...KEY, status: 'refused' } });
  take();
  assert.equal((await whenReleased).waitsFor, 'key');
  assert.ok(!calls.includes('POST') && calls.includes('refresh'));
});

test('while the key cannot be read a request waits for another, and looks again whether it can by now', async () => {
  const { take, whenReleased, calls } = setUp({
    request: { state: 'announced' },
    key: { ...KEY, status: 'unreadable' },
  });
  take();
  const { waitsFor, notBefore, tries } = await whenReleased;
  assert.deepEqual([waitsFor, notBefore, tries], ['key', 6_000, 1]);
  assert.ok(!calls.includes('POST') && calls.includes('refresh'));
});

test('a request whose passwords open for nobody ends, with nothing sent, and is reported', async () => {
  for (const state of ['announced', 'armed'] as const) {
    const { take, sendArmed, whenReleased, calls } = setUp({
      request: { state, announcement: ANNOUNCEMENT },
      passwordsFail: new PasswordsUnreadableError('R1'),
    });
    if (state === 'announced') take();
    const outcome = { kind: 'expired', why: 'passwords_unreadable' };
    assert.deepEqual((state === 'announced' ? await whenReleased : await sendArmed())?.outcome, outcome);
    assert.ok(!calls.includes('POST'));
    if (state === 'announced') assert.ok(calls.includes('reply'));
  }
});

test('what only another bot may be able to open is tried later and later, and not reported', async () => {
  const passwordsFail = new Error('a sealed value could not be opened');
  const { take, whenReleased, calls, errors } = setUp({ request: { state: 'announced', tries: 3 }, passwordsFail });
  take();
  const { state, notBefore, tries } = await whenReleased;
  assert.deepEqual([state, notBefore, tries], ['announced', 41_000, 4]);
  assert.deepEqual(errors, [passwordsFail]);
  assert.ok(!calls.includes('POST'));
});

test('a key stored just while a request begins to wait for it sets that request going', async () => {
  const set = setUp({
    request: { state: 'announced' },
    key: { ...KEY, status: 'refused' },
    refuse: (change) => {
      if (change.waitsFor === 'key') set.setKey({ ...KEY, version: 4 });
      return undefined;
    },
  });
  set.take();
  assert.equal((await set.whenReleased).outcome?.kind, 'added');
});

for (const why of LOST_PERMISSIONS) {
  test(`whoever lost the permission to add inboxes (${why}) has nothing sent, and it settles as refused for that`, async () => {
    const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, permission: { kind: 'lost', why } });
    take();
    assert.deepEqual((await whenReleased).outcome, { kind: 'refused', reason: '', fields: [], lostPermission: why });
    assert.ok(!calls.includes('POST') && !calls.includes('commit armed'));
  });
}

test('while Slack does not say who they are a request waits, and nothing is sent', async () => {
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, permission: { kind: 'unknown' } });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.notBefore, request.tries], ['announced', 6_000, 1]);
  assert.deepEqual(calls, ['commit announced']);
});
