import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LINK_TTL_MS, MAX_WRONG_TRIES } from '../../../../src/add-inbox/secure-links/secure-link.ts';
import { createSecureLinkRepository } from '../../../../src/storage/workspaces/secure-link-repository.ts';
import { testSealer } from '../../samples.ts';
import type { TestDatabases } from '../../test-databases.ts';
import { DAY, draftOf, rowsOf, setUpBatches } from './batch-set-up.ts';

/** Drafts without rows, which the secure page fills in the commit that spends its link. */
export function describePageDrafts(databases: TestDatabases) {
  describe(`drafts of the secure page on ${databases.kind}`, () => {
    const { drafts, countOf, db, now, pass, settle, states } = setUpBatches(databases);
    const links = () => createSecureLinkRepository({ database: db(), sealer: testSealer, now });

    async function open(name: string, change = {}) {
      const draft = draftOf(name, 0, change);
      await drafts().save(draft);
      const purpose = { kind: 'batch', draftId: draft.id } as const;
      const { token } = await links().create({ teamId: 'T1', userId: draft.userId, purpose });
      const add = (pageId: string, count = 2, own = token) =>
        drafts().confirm(draft, rowsOf(name, count), now() + DAY, { token: own, pageId, fileName: 'mine.csv' });
      return { draft, token, purpose, add };
    }

    test('the link is found, and spent by the page that adds', async () => {
      const { token, purpose, add } = await open('one');
      const link = await links().find(token);
      assert.deepEqual(link, { teamId: 'T1', userId: 'U1', purpose, expiresAt: now() + LINK_TTL_MS });
      assert.deepEqual([await links().isKnown(token), await links().isKnown('A'.repeat(43))], [true, false]);
      const added = await add('page');
      assert.ok(added.kind === 'confirmed');
      assert.deepEqual([added.batch.total, added.batch.fileName, added.batch.state], [2, 'mine.csv', 'waiting']);
      assert.equal(await links().find(token), undefined);
      assert.deepEqual(await links().findSpent(token, 'page'), { ...link, expiresAt: now() + DAY + LINK_TTL_MS });
      assert.equal(await links().findSpent(token, 'other'), undefined);
      assert.equal((await add('page')).kind, 'repeated');
      assert.equal((await add('other')).kind, 'gone');
      assert.equal(await countOf('requests'), 2);
      pass(LINK_TTL_MS);
      assert.equal(await links().findSpent(token, 'other'), undefined);
    });

    test('of two pages at once one adds, and of two copies of one page both are told the same', async () => {
      const one = await open('one');
      const kinds = await Promise.all(['a', 'b', 'a', 'b'].map(async (page) => (await one.add(page)).kind));
      assert.deepEqual(kinds.toSorted(), ['confirmed', 'gone', 'gone', 'repeated']);
      assert.equal(await countOf('requests'), 2);
    });

    test('a link that does not work adds nothing', async () => {
      const one = await open('one');
      assert.equal((await one.add('page', 2, 'A'.repeat(43))).kind, 'gone');
      for (let tries = 0; tries < MAX_WRONG_TRIES; tries += 1) await links().countWrong(one.token);
      assert.equal((await one.add('page')).kind, 'gone');
      const two = await open('two');
      pass(LINK_TTL_MS);
      assert.equal((await two.add('page')).kind, 'gone');
      const three = await open('three');
      const four = await open('four');
      assert.equal((await three.add('page')).kind, 'gone', 'there is a newer one');
      assert.equal(await countOf('requests'), 0);
      assert.equal((await four.add('page')).kind, 'confirmed');
    });

    test('a draft that is saved twice is one, and still the person’s own', async () => {
      const { draft, add } = await open('one');
      await drafts().save(draft);
      assert.deepEqual(await states(), { one: 'draft' });
      assert.equal((await add('page')).kind, 'confirmed');
      await drafts().save(draft);
      assert.deepEqual(await states(), { one: 'waiting' });
    });

    test('the page that adds finds its link until the rows have expired, and half an hour longer', async () => {
      const { token, add } = await open('one');
      pass(LINK_TTL_MS - 1);
      await add('page');
      pass(DAY + LINK_TTL_MS - 1);
      assert.equal(await links().deleteExpired(), 0);
      assert.ok(await links().findSpent(token, 'page'));
      pass(1);
      assert.deepEqual([await links().findSpent(token, 'page'), await links().isKnown(token)], [undefined, false]);
      assert.equal(await links().deleteExpired(), 1);
    });

    /** A page that has added two rows, which were refused, and fixes them. */
    async function openFix() {
      const { draft, token, add } = await open('one');
      await add('page');
      for (const index of [0, 1]) await settle(`row-one-${index}`, { kind: 'refused', reason: 'x', fields: [] });
      const { rows: _rows, defaults: _defaults, ...rest } = draft;
      const fix = { ...rest, id: 'batch-one.1', fixOf: 'batch-one' };
      const rows = rowsOf('one', 2).map((row) => ({ ...row, id: `${row.id}-fix`, retryOf: row.id }));
      const page = { token, pageId: 'page', fileName: undefined, fix };
      return { fix, confirm: (change = {}) => drafts().confirm(fix, rows, now() + DAY, { ...page, ...change }) };
    }

    test('a later round of the page discards nothing that its person has open elsewhere', async () => {
      const { fix, confirm } = await openFix();
      await drafts().save(draftOf('newer', 3));
      pass(1);
      const both = await Promise.all([confirm(), confirm()]);
      assert.deepEqual(both.map(({ kind }) => kind).toSorted(), ['confirmed', 'repeated']);
      assert.deepEqual(await states(), { one: 'waiting', 'one.1': 'discarded', newer: 'draft' });
      assert.equal((await drafts().open('T1', 'U1', 'batch-newer')).kind, 'open');
      assert.deepEqual([await countOf('requests'), await countOf('batch_drafts')], [4, 1]);
      assert.equal((await drafts().open('T1', 'U1', fix.id)).kind, 'repeated');
    });

    test('nor does its person’s next list end a round that the page sends once more', async () => {
      const { fix, confirm } = await openFix();
      assert.equal((await confirm({ pageId: 'other' })).kind, 'gone');
      await drafts().save(draftOf('newer', 3));
      assert.equal((await states())[fix.id.replace('batch-', '')], 'discarded');
      pass(1);
      assert.equal((await confirm()).kind, 'confirmed');
    });
  });
}
