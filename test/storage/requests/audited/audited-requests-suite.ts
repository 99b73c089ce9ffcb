import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRequestRepository } from '../../../../src/storage/requests/request-repository.ts';
import { sampleClient } from '../../../add-inbox/keys/sample-key.ts';
import { acceptSample, sampleRequest, testSealer } from '../../samples.ts';
import { type AuditedSetUp, HOUR } from './audited-set-up.ts';

export function describeAuditedRequests({ db, store, now, pass, keyOf, listed, saveKey }: AuditedSetUp) {
  test('a request and its outcome are noted with them, once, however often they are repeated', async () => {
    const accepted = await store().accept(
      sampleRequest('1', { keyName: { kind: 'client', name: 'Acme', channelId: 'C1' } }),
    );
    assert.equal(accepted.kind, 'accepted');
    assert.equal((await store().accept(sampleRequest('2', { viewId: 'view-1' }))).kind, 'repeated');
    assert.ok('fence' in accepted.request);
    pass(1);
    const armed = await store().advance(accepted.request, { state: 'armed' });
    const settled = await store().advance(armed, { state: 'settled', outcome: { kind: 'expired' } });
    await store().advance(settled, { state: 'reported' }, { release: true });
    const about = { email_address: 'jane@acme.com', client: 'Acme' };
    assert.deepEqual(await listed(), [
      ['inbox_requested', 'U1', { ...about, channel: 'C1' }],
      ['inbox_outcome', undefined, { ...about, outcome: 'expired' }],
    ]);
  });

  test('who lost a request notes no outcome for it', async () => {
    const accepted = await store().accept(sampleRequest('1'));
    assert.ok('fence' in accepted.request);
    const outdated = { ...accepted.request, fence: 7 };
    await assert.rejects(store().advance(outdated, { state: 'settled', outcome: { kind: 'expired' } }));
    assert.equal((await listed()).length, 1);
    const stored = await createRequestRepository({ db: db(), sealer: testSealer, owner: 'a', leaseMs: 1, now }).find(
      'T1',
      accepted.request.id,
    );
    assert.equal(stored?.state, 'accepted');
  });

  test('what waits for a key is due with it, or the key is not stored', async () => {
    const requests = createRequestRepository({ db: db(), sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
    const waits = { state: 'announced', waitsFor: 'key', notBefore: now() + HOUR } as const;
    await requests.advance(await acceptSample(requests, '1'), waits, { release: true });
    assert.deepEqual(await requests.claimDue(1), []);
    await saveKey({ ...keyOf('T1'), owner: sampleClient('Acme', 'C1') });
    assert.deepEqual(await requests.claimDue(1), [], 'it waits for another one');
    await saveKey(keyOf('T1'));
    assert.equal((await requests.claimDue(1)).length, 1);
  });
}
