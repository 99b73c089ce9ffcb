import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import { createDraftRepository } from '../../../../src/storage/requests/batches/draft-repository.ts';
import { sampleRequest, testSealer } from '../../samples.ts';
import type { TestDatabases } from '../../test-databases.ts';
import { DAY, draftOf, MINUTE, rowsOf, setUpBatches } from './batch-set-up.ts';

export function describeDrafts(databases: TestDatabases) {
  describe(`drafts on ${databases.kind}`, () => {
    const { drafts, batchesOf, confirm, countOf, db, now, pass, requestsOf, rows, states } = setUpBatches(databases);

    test('opens as it was saved, in any number of pieces, and only for its person', async () => {
      const draft = draftOf('one', 250);
      await drafts().save(draft);
      const opened = await drafts().open('T1', 'U1', draft.id);
      assert.ok(opened.kind === 'open');
      assert.deepEqual([opened.rows, opened.defaults], [draft.rows, draft.defaults]);
      assert.deepEqual([opened.batch.state, opened.batch.fileName, opened.batch.total], ['draft', 'export.csv', 0]);
      assert.equal(await countOf('batch_drafts'), 3);
      for (const [teamId, userId] of [
        ['T1', 'U2'],
        ['T2', 'U1'],
      ] as const) {
        assert.deepEqual(await drafts().open(teamId, userId, draft.id), { kind: 'gone' });
        assert.deepEqual(await drafts().confirm({ teamId, userId, id: draft.id }, rowsOf('one', 2), now()), {
          kind: 'gone',
        });
        await drafts().discard(teamId, userId, draft.id);
      }
      assert.equal(await countOf('batch_drafts'), 3);
    });

    test('opens with the verdicts on its logins, which are sealed with the rows', async () => {
      const [row] = draftOf('one', 1).rows;
      assert.ok(row);
      const login = {
        smtp: { kind: 'refused', reason: 'certificate_other_name', certificateName: 'planted.example' },
        imap: { kind: 'unknown', reason: 'host_paused' },
      } as const;
      await drafts().save(draftOf('one', 1, { rows: [{ ...row, login }] }));
      const opened = await drafts().open('T1', 'U1', 'batch-one');
      assert.ok(opened.kind === 'open');
      assert.deepEqual(opened.rows, [{ ...row, login }]);
      const stored = await db().kysely.selectFrom('batch_drafts').selectAll().execute();
      assert.doesNotMatch(JSON.stringify(stored), /planted|refused/);
    });

    test('a later draft replaces the earlier one of the same person, with its passwords', async () => {
      await drafts().save(draftOf('one', 3));
      await drafts().save(draftOf('other', 3, { userId: 'U2' }));
      await drafts().save(draftOf('two', 3));
      assert.deepEqual(await states(), { one: 'discarded', two: 'draft', other: 'draft' });
      const pieces = await db().kysely.selectFrom('batch_drafts').select('batch_id').orderBy('batch_id').execute();
      assert.deepEqual(
        pieces.map(({ batch_id }) => batch_id),
        ['batch-other', 'batch-two'],
      );
      assert.deepEqual(await drafts().open('T1', 'U1', 'batch-one'), { kind: 'gone' });
    });

    test('of a confirmed draft, no rows are answered as all rows are', async () => {
      const draft = draftOf('one', 3);
      await drafts().save(draft);
      await drafts().confirm(draft, rowsOf('one', 3), now() + DAY);
      assert.equal((await drafts().confirm(draft, [], now() + DAY)).kind, 'repeated');
    });

    test('a discarded draft has no passwords, and can’t be confirmed', async () => {
      const draft = draftOf('one', 3);
      await drafts().save(draft);
      await drafts().discard('T1', 'U1', draft.id);
      assert.equal(await countOf('batch_drafts'), 0);
      assert.deepEqual(await drafts().confirm(draft, rowsOf('one', 3), now() + DAY), { kind: 'gone' });
      assert.equal(await countOf('requests'), 0);
    });

    test('what is left of a draft is deleted after 30 minutes, whatever became of its batch', async () => {
      await drafts().save(draftOf('old', 250));
      await drafts().save(draftOf('lost', 1, { userId: 'U2' }));
      await db().kysely.deleteFrom('batches').where('id', '=', 'batch-lost').execute();
      assert.equal(await batchesOf().deleteOldDrafts(), 1);
      pass(30 * MINUTE + 1);
      await drafts().save(draftOf('young', 1, { userId: 'U3' }));
      assert.equal(await batchesOf().deleteOldDrafts(), 3);
      assert.equal(await countOf('batch_drafts'), 1);
    });

    test('confirming makes each row a sealed request of the batch, in one commit', async () => {
      const batch = await confirm('one', 250);
      assert.deepEqual([batch.state, batch.total, batch.confirmedAt], ['waiting', 250, now()]);
      assert.equal(await countOf('batch_drafts'), 0);
      assert.equal(await countOf('request_passwords'), 250);
      const stored = await rows();
      assert.equal(stored.length, 250);
      const found = await requestsOf().find('T1', 'row-one-7');
      assert.ok(found);
      assert.deepEqual(found.batch, { id: 'batch-one', line: 9 });
      assert.deepEqual([found.userId, found.channelId, found.keyName], ['U1', 'C1', WORKSPACE]);
      assert.deepEqual([found.state, found.notBefore, found.expiresAt], ['announced', now() + DAY, now() + DAY]);
      assert.deepEqual(await requestsOf().claimDue(10), [], 'none is due before the batch queues it');
      const entries = await db().kysely.selectFrom('audit_entries').select(['action', 'user_id', 'details']).execute();
      assert.deepEqual(
        entries.map(({ action, user_id, details }) => [action, user_id, details]),
        [['inboxes_requested', 'U1', '{"count":"250","channel":"C1","file":"export.csv"}']],
      );
    });

    test('the same preview submitted again changes nothing, and is answered with the batch', async () => {
      const { id } = await confirm('one', 2);
      const again = await drafts().confirm({ teamId: 'T1', userId: 'U1', id }, rowsOf('again', 2), now() + DAY);
      const opened = await drafts().open('T1', 'U1', id);
      for (const answer of [again, opened])
        assert.deepEqual([answer.kind, 'batch' in answer && answer.batch.id], ['repeated', id]);
      assert.equal(await countOf('requests'), 2);
    });

    test('the same preview submitted twice at once, on two replicas, counts once', async () => {
      const draft = draftOf('one', 300);
      await drafts().save(draft);
      const replica = createDraftRepository({ database: db(), sealer: testSealer, now });
      const confirmed = await Promise.all([
        drafts().confirm(draft, rowsOf('one', 300), now() + DAY),
        replica.confirm(draft, rowsOf('twice', 300), now() + DAY),
      ]);
      assert.deepEqual(confirmed.map(({ kind }) => kind).toSorted(), ['confirmed', 'repeated']);
      assert.equal(await countOf('requests'), 300);
    });

    test('a failure leaves the draft as it was, without any row', async () => {
      const draft = draftOf('one', 150);
      await drafts().save(draft);
      await requestsOf().accept(sampleRequest('x', { id: 'row-one-140' }));
      await assert.rejects(drafts().confirm(draft, rowsOf('one', 150), now() + DAY));
      assert.equal((await drafts().open('T1', 'U1', draft.id)).kind, 'open');
      assert.deepEqual([await countOf('requests'), await countOf('request_passwords')], [1, 1]);
      assert.equal((await drafts().confirm(draft, rowsOf('other', 150), now() + DAY)).kind, 'confirmed');
    });

    test('5,000 rows are saved, opened and confirmed', async () => {
      const draft = draftOf('many', 5_000);
      await drafts().save(draft);
      const opened = await drafts().open('T1', 'U1', draft.id);
      assert.ok(opened.kind === 'open');
      assert.deepEqual([opened.rows.length, opened.rows.at(-1)], [5_000, draft.rows.at(-1)]);
      assert.equal((await drafts().confirm(draft, rowsOf('many', 5_000), now() + DAY)).kind, 'confirmed');
      assert.deepEqual([await countOf('requests'), await countOf('request_passwords')], [5_000, 5_000]);
      assert.equal((await drafts().listWaiting('T1')).size, 5_000);
    });

    test('the waiting addresses are those of unfinished requests of the workspace, in lower case', async () => {
      await confirm('One', 1);
      await confirm('other', 1, { teamId: 'T2' });
      await requestsOf().accept(sampleRequest('x'));
      const rejected = sampleRequest('y', {
        account: { ...sampleRequest('y').account, email_address: 'done@acme.com' },
      });
      const accepted = await requestsOf().accept(rejected);
      assert.ok('fence' in accepted.request);
      await requestsOf().advance(accepted.request, { state: 'settled', outcome: { kind: 'expired' } });
      await db().kysely.updateTable('requests').set({ account: '{' }).where('id', '=', 'row-other-0').execute();
      assert.deepEqual([...(await drafts().listWaiting('T1'))].toSorted(), ['a0@one.com', 'jane@acme.com']);
      assert.deepEqual(await drafts().listWaiting('T2'), new Set());
    });
  });
}
