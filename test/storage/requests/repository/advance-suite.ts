import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outcome } from '../../../../src/add-inbox/request/outcome.ts';
import { LeaseLostError } from '../../../../src/add-inbox/request/request.ts';
import { acceptSample } from '../../samples.ts';
import type { RequestSetUp } from './request-set-up.ts';

const OUTCOMES: Outcome[] = [
  {
    kind: 'added',
    account: {
      inbox_id: '5f0c',
      email_address: 'jane@acme.com',
      display_name: 'Jane',
      inbox_type: 'NEW_KIND',
      daily_limit: 1,
      overall_status: 'Ünheard of',
    },
  },
  { kind: 'exists', reason: 'Email already exists' },
  { kind: 'refused', reason: 'no\u0000 good', fields: [{ field: 'smtp_port', reason: 'too <high>' }] },
  { kind: 'key_refused', reason: 'Missing', missingScopes: ['sender_accounts:write'] },
  { kind: 'unknown', why: 'interrupted' },
  { kind: 'expired' },
];

export function describeAdvance({ db, now, repositoryOf }: RequestSetUp) {
  describe('advance', () => {
    test('commits each step and returns the request as it is stored', async () => {
      const requests = repositoryOf('a');
      let held = await acceptSample(requests, '1');
      held = await requests.advance(held, {
        state: 'announced',
        announcement: { channelId: 'C1', ts: '17.5', surface: 'channel' },
        waitsFor: 'rate_limited',
        notBefore: now() + 0.25,
        tries: 3,
      });
      const { fence: _fence, ...request } = held;
      assert.deepEqual(await requests.find('T1', 'request-1'), request);
      assert.equal(held.notBefore, now() + 1);

      held = await requests.advance(held, { announcement: undefined, waitsFor: undefined });
      const cleared = await requests.find('T1', 'request-1');
      assert.equal(cleared?.announcement, undefined);
      assert.equal(cleared?.waitsFor, undefined);
      assert.equal(cleared?.tries, 3, 'what a change leaves out stays');
    });

    test('stores what the steps before left to this commit, whatever it changes itself', async () => {
      const requests = repositoryOf('a');
      const announcement = { channelId: 'C1', ts: '17.5', surface: 'dm' } as const;
      const announced = { ...(await acceptSample(requests, '1')), state: 'announced', announcement, tries: 2 } as const;
      const { fence: _fence, ...released } = await requests.advance(announced, {}, { release: true });
      assert.deepEqual(await requests.find('T1', 'request-1'), released);
      assert.deepEqual(released.announcement, announcement);
    });

    test('a copy that is older than what is stored takes nothing back: a request that was armed, or has its outcome', async () => {
      const requests = repositoryOf('a');
      const announced = { ...(await acceptSample(requests, '1')), state: 'announced', tries: 2 } as const;
      const armed = await requests.advance(announced, { state: 'armed', tries: 3 });
      await requests.advance(announced, { notBefore: 5 });
      assert.deepEqual(await whatIsStored(), ['armed', 3, undefined]);
      await requests.advance(armed, { state: 'settled', outcome: { kind: 'unknown', why: 'answer_lost' } });
      for (const older of [announced, armed]) {
        await requests.advance(older, { notBefore: 6 });
        assert.deepEqual(await whatIsStored(), ['settled', 3, 'unknown']);
      }

      async function whatIsStored() {
        const stored = await requests.find('T1', 'request-1');
        return [stored?.state, stored?.tries, stored?.outcome?.kind];
      }
    });

    for (const outcome of OUTCOMES) {
      test(`reads back the outcome ${outcome.kind}`, async () => {
        const requests = repositoryOf('a');
        const held = await requests.advance(await acceptSample(requests, '1'), { state: 'settled', outcome });
        assert.equal(held.settledAt, now());
        assert.deepEqual((await requests.find('T1', 'request-1'))?.outcome, outcome);
      });
    }

    test('settling deletes the passwords, reporting deletes the response URL', async () => {
      const requests = repositoryOf('a');
      let held = await acceptSample(requests, '1');
      held = await requests.advance(held, { state: 'settled', outcome: { kind: 'expired' }, settledAt: now() + 5 });
      await assert.rejects(requests.openPasswords(held), /deleted/);
      assert.equal(await requests.openResponseUrl(held), 'https://hooks.slack.com/commands/T1/1/secret');

      held = await requests.advance(held, { state: 'reported', replyTs: '18.1' });
      assert.equal(await requests.openResponseUrl(held), undefined);
      const reported = await requests.find('T1', 'request-1');
      assert.equal(reported?.settledAt, now() + 5);
      assert.equal(reported?.reportedAt, now());
      assert.equal(reported?.replyTs, '18.1');
      const row = await db().kysely.selectFrom('requests').selectAll().executeTakeFirstOrThrow();
      assert.deepEqual(await db().kysely.selectFrom('request_passwords').selectAll().execute(), []);
      assert.equal(row.response_url, null);
    });

    test('with release the request is released in the same commit', async () => {
      const requests = repositoryOf('a');
      const held = await acceptSample(requests, '1');
      const released = await requests.advance(held, { state: 'announced' }, { release: true });
      await assert.rejects(requests.advance(released, { tries: 1 }), LeaseLostError);
      const [claimed] = await requests.claimDue(10);
      assert.equal(claimed?.fence, 2);
      assert.equal(claimed?.state, 'announced');
    });

    test('a change that says nothing still finds out that the lease is lost', async () => {
      const requests = repositoryOf('a');
      const held = await acceptSample(requests, '1');
      await requests.advance(held, {});
      await requests.release(held);
      await assert.rejects(requests.advance(held, {}), LeaseLostError);
    });
  });
}
