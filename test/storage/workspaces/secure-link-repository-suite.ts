import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nextStep } from '../../../src/add-inbox/request/next-step.ts';
import {
  LINK_TTL_MS,
  MAX_CODES,
  MAX_WRONG_TRIES,
  type SecureLink,
} from '../../../src/add-inbox/secure-links/secure-link.ts';
import { createSetAsideRequests } from '../../../src/storage/requests/set-aside.ts';
import { createSecureLinkRepository } from '../../../src/storage/workspaces/secure-link-repository.ts';
import { createWorkspaceRepository } from '../../../src/storage/workspaces/workspace-repository.ts';
import { setUpRequests } from '../requests/repository/request-set-up.ts';
import { acceptSample, testSealer } from '../samples.ts';
import type { TestDatabases } from '../test-databases.ts';

const DAY = 24 * 60 * 60 * 1000;
const PASSWORDS = { smtp_password: 'one', imap_password: 'two' };

function setUpLinks(databases: TestDatabases) {
  const world = setUpRequests(databases);
  const { db, now, repositoryOf } = world;
  const links = () => createSecureLinkRepository({ database: db(), sealer: testSealer, now });

  const linkTo = (requestId: string, change: Partial<SecureLink> = {}) => ({
    teamId: 'T1',
    userId: 'U1',
    purpose: { kind: 'password', requestId } as const,
    ...change,
  });

  /** An announced request that waits for its password, held by nobody, and a link to it. */
  async function wait(name = '1') {
    const requests = repositoryOf('a');
    const accepted = await acceptSample(requests, name, { passwords: undefined });
    const request = await requests.advance(accepted, { state: 'announced' }, { release: true });
    const { token } = await links().create(linkTo(request.id));
    const link = await links().find(token);
    assert.ok(link !== undefined);
    return { requests, request, token, link };
  }

  return { ...world, links, linkTo, wait };
}

export function describeSecureLinkRepository(databases: TestDatabases) {
  describe(`secure link repository on ${databases.kind}`, () => {
    const { db, now, pass, repositoryOf, links, linkTo, wait } = setUpLinks(databases);

    test('a link works for half an hour, and the table knows nothing but its hash', async () => {
      const { token, expiresAt } = await links().create(linkTo('R1'));
      assert.match(token, /^[\w-]{43}$/);
      assert.deepEqual(await links().find(token), { ...linkTo('R1'), expiresAt });
      const rows = JSON.stringify(await db().kysely.selectFrom('secure_links').selectAll().execute());
      assert.ok(!rows.includes(token));
      pass(LINK_TTL_MS - 1);
      assert.ok(await links().find(token));
      pass(1);
      assert.equal(await links().find(token), undefined);
      assert.equal(await links().deleteExpired(), 1);
    });

    test('a newer link kills the older one of the same person and request, and no other', async () => {
      const first = await links().create(linkTo('R1'));
      const other = await links().create(linkTo('R2'));
      const theirs = await links().create(linkTo('R1', { userId: 'U2' }));
      const second = await links().create(linkTo('R1'));
      assert.equal(await links().find(first.token), undefined);
      for (const { token } of [other, theirs, second]) assert.ok(await links().find(token));
    });

    test('no other token finds anything', async () => {
      const { token } = await links().create(linkTo('R1'));
      for (const wrong of ['', 'x', token.slice(1), `${token}A`, token.toLowerCase(), 'A'.repeat(43), "' or 1=1 --"]) {
        assert.equal(await links().find(wrong), undefined, wrong);
        assert.equal(await links().findSpent(wrong, 'page'), undefined, wrong);
      }
    });

    test('a purpose of a newer version is no link here', async () => {
      const { token } = await links().create(linkTo('R1'));
      await db().kysely.updateTable('secure_links').set({ purpose: 'something' }).execute();
      assert.equal(await links().find(token), undefined);
    });

    test('a request without passwords is announced, and then due only when it expires', async () => {
      const { requests } = await wait();
      pass(DAY - 1);
      assert.deepEqual(await requests.claimDue(10), []);
      pass(1);
      const [claimed] = await requests.claimDue(10);
      assert.equal(claimed?.waitsFor, 'password');
    });

    test('a request that waits for its password is due for its announcement', async () => {
      const requests = repositoryOf('a');
      const accepted = await acceptSample(requests, '1', { passwords: undefined });
      await requests.release(accepted);
      const [claimed] = await requests.claimDue(10);
      assert.deepEqual([claimed?.state, claimed?.waitsFor], ['accepted', 'password']);
    });

    test('saving makes the request due with its passwords, once', async () => {
      const { requests, token, link } = await wait();
      assert.equal(await links().savePasswords(token, link, 'page', PASSWORDS), true);
      assert.equal(await links().savePasswords(token, link, 'page', PASSWORDS), false);
      assert.equal(await links().find(token), undefined);
      assert.deepEqual(
        [(await links().findSpent(token, 'page'))?.purpose, await links().findSpent(token, 'other')],
        [link.purpose, undefined],
      );
      const [claimed, ...more] = await requests.claimDue(10);
      assert.ok(claimed !== undefined && more.length === 0);
      assert.deepEqual([claimed.state, claimed.waitsFor], ['accepted', undefined]);
      assert.deepEqual(await requests.openPasswords(claimed), PASSWORDS);
    });

    test('of many submissions at once, one spends the link', async () => {
      const { requests, token, link } = await wait();
      const saves = Array.from({ length: 8 }, (_, page) =>
        links().savePasswords(token, link, `page-${page}`, { ...PASSWORDS, smtp_password: `from ${page}` }),
      );
      const saved = await Promise.all(saves);
      assert.equal(saved.filter(Boolean).length, 1);
      const [claimed] = await requests.claimDue(10);
      assert.ok(claimed !== undefined);
      const { smtp_password } = await requests.openPasswords(claimed);
      assert.equal(smtp_password, `from ${saved.indexOf(true)}`);
    });

    test('a step that was under way while the password came in does not lose it', async () => {
      const requests = repositoryOf('a');
      const held = await acceptSample(requests, '1', { passwords: undefined });
      const { token } = await links().create(linkTo(held.id));
      const link = await links().find(token);
      assert.ok(link !== undefined && (await links().savePasswords(token, link, 'page', PASSWORDS)));
      const announced = await requests.advance(held, { state: 'announced', tries: 0 });
      await requests.advance(announced, {}, { release: true });
      const [claimed] = await requests.claimDue(10);
      assert.deepEqual([claimed?.id, claimed?.waitsFor], [held.id, undefined]);
    });

    test('a dead link, and a request that ended, take no password', async () => {
      const expired = await wait('1');
      const replaced = await wait('2');
      await links().create(linkTo(replaced.request.id));
      const ended = await wait('3');
      await db().kysely.updateTable('requests').set({ state: 'told' }).where('id', '=', ended.request.id).execute();
      for (const { token, link } of [replaced, ended]) {
        assert.equal(await links().savePasswords(token, link, 'page', PASSWORDS), false);
      }
      pass(LINK_TTL_MS);
      assert.equal(await links().savePasswords(expired.token, expired.link, 'page', PASSWORDS), false);
      assert.deepEqual(await db().kysely.selectFrom('request_passwords').selectAll().execute(), []);
      assert.equal((await expired.requests.find('T1', expired.request.id))?.waitsFor, 'password');
    });

    test('a request takes its password by a new link until it expires', async () => {
      const { request, token, link } = await wait('1');
      const late = await wait('2');
      pass(DAY - 1);
      assert.equal(await links().find(token), undefined);
      const fresh = await links().create(linkTo(request.id));
      assert.equal(await links().savePasswords(fresh.token, link, 'page', PASSWORDS), true);
      const tooLate = await links().create(linkTo(late.request.id));
      pass(1);
      assert.equal(await links().savePasswords(tooLate.token, late.link, 'page', PASSWORDS), false);
    });

    test('a link is dead after five submissions that were not accepted, also at once', async () => {
      const { token, link } = await wait();
      const counted = await Promise.all(Array.from({ length: 9 }, () => links().countWrong(token)));
      assert.equal(counted.filter(Boolean).length, MAX_WRONG_TRIES);
      assert.equal(await links().find(token), undefined);
      assert.equal(await links().savePasswords(token, link, 'page', PASSWORDS), false);
    });

    test('what an older version set aside is taken up again, waits, and takes its password', async () => {
      const { requests, request, token, link } = await wait();
      const aside = () => db().kysely.updateTable('requests').set({ set_aside_at: now(), lease_owner: null }).execute();
      await aside();
      assert.equal(await createSetAsideRequests({ db: db(), now }).takeUp(), 1);
      assert.deepEqual(await requests.claimDue(10), []);
      await aside();
      assert.equal(await links().savePasswords(token, link, 'page', PASSWORDS), true);
      assert.deepEqual(
        (await requests.claimDue(10)).map(({ id }) => id),
        [request.id],
      );
    });

    test('uninstalling deletes the links of the workspace', async () => {
      const gone = await links().create(linkTo('R1'));
      const kept = await links().create(linkTo('R1', { teamId: 'T2' }));
      await createWorkspaceRepository({ database: db(), now }).clear('T1', 'x');
      assert.equal(await links().find(gone.token), undefined);
      assert.ok(await links().find(kept.token));
    });
  });
}

export function describeMatchingCodes(databases: TestDatabases) {
  describe(`matching codes and cancelled requests on ${databases.kind}`, () => {
    const { db, now, pass, repositoryOf, links, linkTo, wait } = setUpLinks(databases);

    test('one code at a time opens the link for its page, at the press of its person alone', async () => {
      const { token } = await links().create(linkTo('R1'));
      const me = { teamId: 'T1', userId: 'U1' };
      assert.equal(await links().showCode(token, { code: 'AA-AAA', pageId: 'first' }), true);
      assert.equal(await links().showCode(token, { code: 'BB-BBB', pageId: 'second' }), true);
      assert.equal(await links().confirmCode(me, 'AA-AAA'), false, 'replaced');
      for (const other of [
        { ...me, userId: 'U2' },
        { ...me, teamId: 'T2' },
      ]) {
        assert.equal(await links().confirmCode(other, 'BB-BBB'), false);
        assert.equal(await links().denyCode(other, 'BB-BBB'), false);
      }
      assert.equal((await links().findMatched(token))?.confirmedPageId, undefined);
      assert.equal(await links().confirmCode(me, 'BB-BBB'), true);
      assert.equal(await links().confirmCode(me, 'BB-BBB'), true, 'a second press');
      assert.deepEqual(await links().findMatched(token), {
        link: await links().find(token),
        shown: { code: 'BB-BBB', pageId: 'second' },
        confirmedPageId: 'second',
      });
      await links().showCode(token, { code: 'CC-CCC', pageId: 'third' });
      assert.equal((await links().findMatched(token))?.confirmedPageId, 'second', 'until the third is confirmed');
    });

    test('"Not me" ends the link, and an expired or used link has no code', async () => {
      const me = { teamId: 'T1', userId: 'U1' };
      const { token } = await links().create(linkTo('R1'));
      const { token: kept } = await links().create(linkTo('R2'));
      await links().showCode(token, { code: 'AA-AAA', pageId: 'page' });
      await links().showCode(kept, { code: 'BB-BBB', pageId: 'page' });
      assert.equal(await links().denyCode(me, 'AA-AAA'), true);
      assert.equal(await links().denyCode(me, 'AA-AAA'), false);
      const audited = await db().kysely.selectFrom('audit_entries').select(['action', 'request_id']).execute();
      assert.deepEqual(
        audited.map(({ action, request_id }) => [action, request_id]),
        [['link_denied', 'R1']],
      );
      assert.equal(await links().find(token), undefined);
      assert.ok(await links().find(kept));
      pass(LINK_TTL_MS);
      assert.equal(await links().confirmCode(me, 'BB-BBB'), false);
      assert.equal(await links().denyCode(me, 'BB-BBB'), false);
      const used = await wait('3');
      await links().showCode(used.token, { code: 'CC-CCC', pageId: 'page' });
      assert.equal(await links().savePasswords(used.token, used.link, 'page', PASSWORDS), true);
      assert.equal(await links().confirmCode(me, 'CC-CCC'), false);
      assert.equal(await links().denyCode(me, 'CC-CCC'), false);
    });

    test('a link shows five codes, without those that never reached its person', async () => {
      const { token } = await links().create(linkTo('R1'));
      await links().showCode(token, { code: 'XX-XXX', pageId: 'page' });
      await links().withdrawCode(token, 'XX-XXX');
      assert.equal((await links().findMatched(token))?.shown, undefined);
      const show = (index: number) => links().showCode(token, { code: `AA-AA${index}`, pageId: `page ${index}` });
      const shown = await Promise.all(Array.from({ length: 9 }, (_, index) => show(index)));
      assert.equal(shown.filter(Boolean).length, MAX_CODES);
    });

    test('a cancelled request is due at once and settles with its outcome; its links are dead', async () => {
      const { requests, request, token, link } = await wait();
      assert.equal(await links().cancelRequest('T2', request.id, 'U1'), false);
      assert.equal(await links().cancelRequest('T1', request.id, 'U9'), true);
      assert.equal(await links().cancelRequest('T1', request.id, 'U9'), false, 'once');
      assert.equal(await links().find(token), undefined);
      assert.equal(await links().savePasswords(token, link, 'page', PASSWORDS), false);
      const [claimed] = await requests.claimDue(10);
      assert.ok(claimed !== undefined);
      const outcome = { kind: 'stopped', cancelledBy: 'U9' };
      assert.deepEqual(nextStep(claimed, now()), { kind: 'settle', outcome });
    });

    test('a request is cancelled although it is being announced; not once it has its password', async () => {
      const requests = repositoryOf('a');
      const held = await acceptSample(requests, '1', { passwords: undefined });
      assert.equal(await links().cancelRequest('T1', held.id, 'U1'), true);
      const announced = await requests.advance(held, { state: 'announced', tries: 0 });
      await requests.advance(announced, {}, { release: true });
      const [claimed] = await requests.claimDue(10);
      assert.deepEqual([claimed?.state, claimed?.outcome?.kind], ['announced', 'stopped']);

      const saved = await wait('2');
      assert.equal(await links().savePasswords(saved.token, saved.link, 'page', PASSWORDS), true);
      assert.equal(await links().cancelRequest('T1', saved.request.id, 'U1'), false);
    });
  });
}
