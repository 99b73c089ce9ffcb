import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import { EXPIRES_AFTER_MS } from '../../../../src/add-inbox/request/next-step.ts';
import { PasswordsUnreadableError } from '../../../../src/add-inbox/request/request.ts';
import { SealError } from '../../../../src/storage/sealing/sealing.ts';
import { acceptSample, sampleAccount, sampleRequest } from '../../samples.ts';
import type { RequestSetUp } from './request-set-up.ts';

export function describeAccept({ db, now, repositoryOf }: RequestSetUp) {
  describe('accept', () => {
    test('commits the request, held with fence 1, and reads back what was given', async () => {
      const requests = repositoryOf('a');
      const announcement = { channelId: 'C9', ts: '1.2', surface: 'dm' } as const;
      const accepted = await acceptSample(requests, '1', { retryOf: 'request-0', announcement });
      assert.deepEqual(accepted, {
        id: 'request-1',
        teamId: 'T1',
        userId: 'U1',
        viewId: 'view-1',
        channelId: 'C1',
        resultsChannelId: undefined,
        keyName: WORKSPACE,
        retryOf: 'request-0',
        batch: undefined,
        account: sampleAccount,
        state: 'accepted',
        announcement,
        waitsFor: undefined,
        notBefore: now(),
        tries: 0,
        outcome: undefined,
        replyTs: undefined,
        acceptedAt: now(),
        expiresAt: now() + EXPIRES_AFTER_MS,
        settledAt: undefined,
        reportedAt: undefined,
        fence: 1,
      });
      const { fence: _fence, ...request } = accepted;
      assert.deepEqual(await requests.find('T1', 'request-1'), request);
      assert.deepEqual(await requests.findByView('T1', 'view-1'), request);
      assert.deepEqual(await requests.claimDue(10), [], 'what is held is not claimed again');
    });

    test('a view submitted again, with other contents too, changes nothing and returns the first', async () => {
      const requests = repositoryOf('a');
      const first = await acceptSample(requests, '1');
      const other = sampleRequest('1', {
        id: 'request-2',
        userId: 'U2',
        passwords: { smtp_password: 'x', imap_password: 'y' },
      });
      const again = await repositoryOf('b').accept(other);
      const { fence: _fence, ...request } = first;
      assert.deepEqual(again, { kind: 'repeated', request });
      assert.equal(await requests.find('T1', 'request-2'), undefined);
      assert.equal((await requests.openPasswords(first)).imap_password, 'other');
    });

    test('the same view id in another workspace is another request', async () => {
      const requests = repositoryOf('a');
      await acceptSample(requests, '1');
      const elsewhere = await requests.accept(sampleRequest('1', { id: 'request-2', teamId: 'T2' }));
      assert.equal(elsewhere.kind, 'accepted');
      assert.equal(await requests.find('T2', 'request-1'), undefined);
      assert.equal(await requests.findByView('T3', 'view-1'), undefined);
    });

    test('of twenty copies at once one is accepted', async () => {
      const owners = ['a', 'b', 'c'].map((owner) => repositoryOf(owner));
      const acceptances = await Promise.all(
        Array.from({ length: 20 }, (_, n) => owners[n % 3]?.accept(sampleRequest('1', { id: `copy-${n}` }))),
      );
      assert.equal(acceptances.filter((acceptance) => acceptance?.kind === 'accepted').length, 1);
      assert.equal(new Set(acceptances.map((acceptance) => acceptance?.request.id)).size, 1);
    });

    test('a request id that exists is an error, not a second view', async () => {
      const requests = repositoryOf('a');
      await acceptSample(requests, '1');
      await assert.rejects(requests.accept(sampleRequest('1', { viewId: 'another' })));
    });
  });

  describe('secrets', () => {
    test('passwords come back exactly as typed', async () => {
      const requests = repositoryOf('a');
      const passwords = { smtp_password: ' \u0000\ud800"\\💌'.padEnd(500, 'ö'), imap_password: '.' };
      const held = await acceptSample(requests, '1', { passwords });
      assert.deepEqual(await requests.openPasswords(held), passwords);
    });

    test('no response URL is none', async () => {
      const requests = repositoryOf('a');
      const held = await acceptSample(requests, '1', { responseUrl: undefined });
      assert.equal(await requests.openResponseUrl(held), undefined);
    });

    test('sealed values moved to another request do not open there', async () => {
      const requests = repositoryOf('a');
      await acceptSample(requests, '1');
      const held = await acceptSample(requests, '2');
      const { sealed, response_url } = await db()
        .kysely.selectFrom('requests')
        .innerJoin('request_passwords', 'request_id', 'id')
        .select(['sealed', 'response_url'])
        .where('id', '=', 'request-1')
        .executeTakeFirstOrThrow();
      await db()
        .kysely.updateTable('request_passwords')
        .set({ sealed })
        .where('request_id', '=', 'request-2')
        .execute();
      await db().kysely.updateTable('requests').set({ response_url }).where('id', '=', 'request-2').execute();
      await assert.rejects(requests.openPasswords(held), PasswordsUnreadableError);
      await assert.rejects(requests.openResponseUrl(held), SealError);
    });
  });
}
