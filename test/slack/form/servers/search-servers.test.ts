import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ModalView } from '@slack/types';
import type { Detection, FindServers } from '../../../../src/add-inbox/account/detection.ts';
import { turnPage } from '../../../../src/slack/form/form-metadata.ts';
import { parseHowPage } from '../../../../src/slack/form/how-page.ts';
import { createSearchServers } from '../../../../src/slack/form/servers/search-servers.ts';
import { renderWhoPage } from '../../../../src/slack/form/who-page.ts';
import type { SubmissionAnswer } from '../../../../src/slack/modals/submission-answer.ts';
import { type SlackApi, SlackRefusedError } from '../../../../src/slack/web-api/slack-api.ts';
import { context } from '../../examples.ts';
import { typedView } from '../../modals/typed-view.ts';

const WHO = { email_address: 'jane@Acme.com', display_name: 'Jane' };

const FOUND: Detection = {
  kind: 'servers',
  by: 'mx',
  servers: {
    inboxType: 'CUSTOM_SMTP',
    provider: 'Zoho Mail',
    smtpHost: 'smtp.zoho.eu',
    smtpPort: 465,
    imapHost: 'imap.zoho.eu',
    imapPort: 993,
  },
};

function setUp(findServers: FindServers, refuses: (hash: string | undefined) => boolean = () => false) {
  const slept: number[] = [];
  const updates: { hash: string | undefined; view: ModalView }[] = [];
  const api: Pick<SlackApi, 'updateView'> = {
    updateView: async (id, view, hash) => {
      assert.deepEqual(slept, [500], 'Slack shows the answer first');
      if (refuses(hash)) throw new SlackRefusedError('views.update', 'hash_conflict');
      updates.push({ hash, view });
      return { id, hash: `hash ${updates.length}` };
    },
  };
  const view = typedView(renderWhoPage({ context, draft: WHO, findsServers: true }));
  const submission = {
    what: 'submit',
    api: Object.assign(Object.create(null), api) as SlackApi,
    actor: { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' },
    startedAt: 0,
    view: { ...view, id: 'V1', callback_id: 'who', private_metadata: '', app_installed_team_id: 'T1' },
  };
  const { answerWho, answerHow, fillIn } = createSearchServers({
    findServers,
    findEntry: async () => 'slack',
    sleep: async (ms) => slept.push(ms),
  });
  return {
    answerWho: () => answerWho(submission, turnPage(context), WHO),
    answerHow: () => answerHow(submission, turnPage(context), WHO),
    fillIn: (answer: SubmissionAnswer) => fillIn(submission, answer),
    updates,
  };
}

/** How the page says that it found the servers. */
function foundOn(view: ModalView): string | undefined {
  return parseHowPage(typedView(view)).draft.found?.by;
}

function pageOf(answer: SubmissionAnswer): ModalView {
  assert.ok(answer.response_action === 'update', JSON.stringify(answer));
  return answer.view;
}

function freezeTime(t: { after(done: () => void): void }) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
}

test('servers that are found in time stand on page 2 at once, and nothing is updated later', async () => {
  const asked: unknown[] = [];
  const { answerWho, fillIn, updates } = setUp(async (search) => {
    asked.push(search);
    return FOUND;
  });
  const answer = await answerWho();
  assert.equal(foundOn(pageOf(answer)), 'mx');
  await fillIn(answer);
  assert.deepEqual(updates, []);
  assert.deepEqual(asked, [{ teamId: 'T1', userId: 'U1', owner: context.owner, address: 'jane@Acme.com' }]);
});

test('nobody waits longer than a second; what is found later fills in the page that is shown, by its hash', async (t) => {
  freezeTime(t);
  const finding = Promise.withResolvers<Detection>();
  const { answerWho, fillIn, updates } = setUp(() => finding.promise);
  const answering = answerWho();
  await nextTurn();
  mock.timers.tick(1_000);
  const answer = await answering;
  assert.equal(foundOn(pageOf(answer)), 'searching');
  const filling = fillIn(answer);
  await nextTurn();
  assert.deepEqual(updates, [{ hash: undefined, view: pageOf(answer) }]);
  finding.resolve(FOUND);
  await filling;
  assert.deepEqual(
    updates.map(({ hash, view }) => [hash, foundOn(view)]),
    [
      [undefined, 'searching'],
      ['hash 1', 'mx'],
    ],
  );
});

test('a page that has changed or is closed is left as it is', async (t) => {
  for (const refuses of [(hash: string | undefined) => hash === 'hash 1', () => true]) {
    freezeTime(t);
    const finding = Promise.withResolvers<Detection>();
    const { answerWho, fillIn, updates } = setUp(() => finding.promise, refuses);
    const answering = answerWho();
    await nextTurn();
    mock.timers.tick(1_000);
    const answer = await answering;
    finding.resolve(FOUND);
    await fillIn(answer);
    assert.deepEqual(
      updates.map(({ view }) => foundOn(view)).filter((by) => by !== 'searching'),
      [],
    );
    mock.timers.reset();
  }
});

test('page 2 that is submitted while the servers are looked up shows them, or the fields after a second', async (t) => {
  assert.equal(foundOn(pageOf(await setUp(async () => FOUND).answerHow())), 'mx');
  freezeTime(t);
  const answering = setUp(() => new Promise(() => {})).answerHow();
  await nextTurn();
  mock.timers.tick(1_000);
  assert.equal(foundOn(pageOf(await answering)), 'not_found');
});

const PROBLEMS: [detection: Detection, sentence: RegExp][] = [
  [{ kind: 'no_such_domain' }, /no domain called acme\.com/],
  [{ kind: 'no_mail' }, /acme\.com takes no mail/],
  [{ kind: 'no_imap', provider: 'Proton Mail' }, /Proton Mail, which offers no IMAP/],
];
for (const [detection, sentence] of PROBLEMS) {
  test(`${detection.kind} is said on page 1, below the address; where it comes late, on page 2`, async (t) => {
    const answer = await setUp(async () => detection).answerWho();
    assert.ok(answer.response_action === 'errors');
    assert.deepEqual(Object.keys(answer.errors), ['email_address.0']);
    assert.match(Object.values(answer.errors).join(), sentence);
    assert.match(Object.values(answer.errors).join(), /choose its provider yourself/);

    freezeTime(t);
    const finding = Promise.withResolvers<Detection>();
    const { answerWho, fillIn, updates } = setUp(() => finding.promise);
    const answering = answerWho();
    await nextTurn();
    mock.timers.tick(1_000);
    finding.resolve(detection);
    await fillIn(await answering);
    assert.match(JSON.stringify(updates[1]?.view), sentence);
    assert.match(JSON.stringify(updates[1]?.view), /Press “Back” to change it/);
  });
}

test('what could not be looked up keeps nobody back', async () => {
  assert.equal(foundOn(pageOf(await setUp(async () => ({ kind: 'not_found' })).answerWho())), 'not_found');
});
