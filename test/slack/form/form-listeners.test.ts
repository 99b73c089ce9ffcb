import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Detection } from '../../../src/add-inbox/account/detection.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS, type WorkspaceSettings } from '../../../src/add-inbox/people/workspace-settings.ts';
import { CommitInDoubtError } from '../../../src/add-inbox/request/commit-in-doubt-error.ts';
import type { Accepted, Submission } from '../../../src/add-inbox/request/submit.ts';
import type { Draft } from '../../../src/slack/form/fields.ts';
import { createFormPages, type FormPagesDeps } from '../../../src/slack/form/form-listeners.ts';
import { parseHowPage, renderHowPage } from '../../../src/slack/form/how-page.ts';
import { renderWhoPage } from '../../../src/slack/form/who-page.ts';
import { renderNotice } from '../../../src/slack/modals/notice-page.ts';
import type { Permission } from '../../../src/slack/permissions/permissions.ts';
import type { SlackApi } from '../../../src/slack/web-api/slack-api.ts';
import { sampleRequest } from '../../add-inbox/request/sample-request.ts';
import { context } from '../examples.ts';
import { typedView } from '../modals/typed-view.ts';

const ACTOR = { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' };
const PERSON = {
  userId: 'U1',
  teamId: 'T1',
  isInOrganization: false,
  isAdmin: false,
  isGuest: false,
  isStranger: false,
  isDeactivated: false,
};
const ALLOWED = { kind: 'allowed', person: PERSON } as const;
const ACCEPTED: Accepted = { kind: 'accepted', request: { ...sampleRequest(), fence: 1 } };

const WAITING: Accepted = { kind: 'accepted', request: { ...sampleRequest({ waitsFor: 'password' }), fence: 1 } };
const LINK = { url: 'https://bot.example.com/secure#TOKEN', expiresAt: 1_800_000 };

const WHO = { email_address: 'jane@acme.com', display_name: 'Jane', inbox_type: 'GOOGLE_WORKSPACE' } as const;

const SLACK: SlackApi = new Proxy(Object.create(null), { get: () => () => assert.fail('Slack is not asked') });

function setUp(
  options: {
    submit?: FormPagesDeps['submit'];
    isStopping?: boolean;
    checkAdding?: () => Promise<Permission>;
    typed?: Record<string, string>;
    findByView?: FormPagesDeps['findByView'];
    passwordsIn?: WorkspaceSettings['passwordsIn'];
    hasSecurePage?: boolean;
    remembered?: Detection;
    draft?: Draft;
  } = {},
) {
  const submitted: Submission[] = [];
  const noted: { reference: string; error: unknown }[] = [];
  const responded: [string, string][] = [];
  const { submit = async () => ACCEPTED, checkAdding = async () => ALLOWED } = options;
  const { passwordsIn = 'slack_or_page', hasSecurePage = false } = options;
  const pages = createFormPages({
    permissions: {
      recall: async () => assert.fail(),
      checkAdding,
      checkAdmin: async () => assert.fail(),
      checkMember: async () => assert.fail(),
    },
    listPresets: async () => [],
    findByView: options.findByView ?? (async () => undefined),
    findSettings: async () => ({ ...DEFAULT_SETTINGS, passwordsIn }),
    hasSecurePage,
    createLink: async (request) => (request.waitsFor === 'password' ? LINK : undefined),
    respond: async (url, message) => responded.push([url, message.text]) > 0,
    findServers: async () => options.remembered ?? { kind: 'not_found' },
    findsServers: false,
    chooseKey: async () => ({ kind: 'key', keyName: WORKSPACE, current: undefined }),
    isStopping: async () => options.isStopping ?? false,
    submit: (submission) => {
      submitted.push(submission);
      return submit(submission);
    },
    nextRow: async (_teamId, { fix }, notice) => renderNotice({ title: `after ${fix?.line}`, paragraphs: [notice] }),
    openResponseUrl: (_teamId, sealed) => `https://hooks.slack.com/${sealed}`,
    newReference: () => 'REFERENCE',
    onNotAccepted: (reference, error) => noted.push({ reference, error }),
  });
  const how = typedView(renderHowPage({ context, draft: WHO }), {
    smtp_password: 'abcdefghijklmnop',
    ...options.typed,
  });
  const who = typedView(renderWhoPage({ context, draft: options.draft ?? WHO }));
  const submissionOf = (view: typeof how) => ({
    what: 'submit',
    api: SLACK,
    actor: ACTOR,
    startedAt: 0,
    view: {
      ...view,
      id: 'V1',
      callback_id: view.callback_id ?? '',
      private_metadata: view.private_metadata ?? '',
      app_installed_team_id: 'T1',
    },
  });
  return {
    submitHow: (shown: typeof how = how) => pages.submitHow(submissionOf(shown)),
    submitWho: () => pages.submitWho(submissionOf(who)),
    submitted,
    noted,
    responded,
  };
}

function sentenceOf(answer: Awaited<ReturnType<ReturnType<typeof setUp>['submitHow']>>): string {
  assert.equal(answer.response_action, 'errors');
  return answer.response_action === 'errors' ? Object.values(answer.errors).join() : '';
}

test('a submission is accepted under the reference that the log has it under', async () => {
  const { submitHow, submitted, noted } = setUp();
  assert.equal((await submitHow()).response_action, 'update');
  assert.deepEqual([submitted.map(({ id }) => id), noted], [['REFERENCE'], []]);
});

test('a view that was accepted before shows its request, also to a person who may add nothing any more', async () => {
  const checkAdding = async () => ({ kind: 'refused', why: 'admins_only' }) as const;
  const refused = setUp({ checkAdding });
  assert.equal((await refused.submitHow()).response_action, 'push');
  const before = setUp({ checkAdding, findByView: async () => sampleRequest({ userId: ACTOR.userId }) });
  assert.equal((await before.submitHow()).response_action, 'update');
  const another = setUp({ checkAdding, findByView: async () => sampleRequest({ userId: 'U9' }) });
  assert.equal((await another.submitHow()).response_action, 'push');
  assert.deepEqual(before.submitted, []);
});

test('a view that was accepted before shows its request, also where something is odd by now', async () => {
  const typed = { daily_limit: '100000' };
  const shownBy = async (pages: ReturnType<typeof setUp>) => {
    const answer = await pages.submitHow();
    return answer.response_action === 'update' ? answer.view.callback_id : answer.response_action;
  };
  assert.equal(await shownBy(setUp({ typed })), 'add_inbox_how');
  const before = setUp({ typed, findByView: async () => sampleRequest({ userId: ACTOR.userId }) });
  assert.notEqual(await shownBy(before), 'add_inbox_how');
  assert.deepEqual(before.submitted, []);
});

test('what the database refuses or does not answer for is not confirmed, and the log has it under the same reference', async () => {
  for (const error of [new Error('disk full'), new CommitInDoubtError(new Error('gone'))]) {
    const { submitHow, noted } = setUp({ submit: () => Promise.reject(error) });
    assert.match(sentenceOf(await submitHow()), /did not confirm.*Support code: REFERENCE/);
    assert.deepEqual(noted, [{ reference: 'REFERENCE', error }]);
  }
});

test('what takes too long before anything was committed is not confirmed, and is not committed afterwards', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const slow = Promise.withResolvers<typeof ALLOWED>();
  const { submitHow, submitted } = setUp({ checkAdding: () => slow.promise });
  const answer = submitHow();
  mock.timers.tick(2_500);
  assert.match(sentenceOf(await answer), /did not confirm/);
  slow.resolve(ALLOWED);
  await nextTurn();
  assert.deepEqual(submitted, []);
});

test('what takes too long while it is committed is not confirmed', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const slow = Promise.withResolvers<Accepted>();
  const { submitHow, submitted } = setUp({ submit: () => slow.promise });
  const answer = submitHow();
  await nextTurn();
  assert.equal(submitted.length, 1);
  mock.timers.tick(2_500);
  assert.match(sentenceOf(await answer), /did not confirm/);
});

test('the first page stays as it is where the database does not answer', async () => {
  const error = new Error('gone');
  const { submitWho, noted } = setUp({ checkAdding: () => Promise.reject(error) });
  assert.match(sentenceOf(await submitWho()), /still here.*Support code: REFERENCE/);
  assert.deepEqual(noted, [{ reference: 'REFERENCE', error }]);
});

test('what was most likely not meant is told first, and accepted when it is submitted again', async () => {
  const typed = { smtp_password: ' one-secret', daily_limit: '2001' };
  const { submitHow, submitted } = setUp({ typed });
  const warned = await submitHow();
  assert.ok(warned.response_action === 'update');
  assert.match(
    JSON.stringify(warned.view),
    /begins or ends with a space.*above the maximum: 2,000 mails a day \(Google Workspace\)/,
  );
  assert.doesNotMatch(JSON.stringify(warned.view), /one-secret/);
  assert.equal(submitted.length, 0);
  await submitHow(typedView(warned.view, typed));
  assert.deepEqual(
    submitted.map(({ account, passwords }) => [passwords?.smtp_password, account.daily_limit]),
    [[' one-secret', 2001]],
  );
});

test('a fixed row of a batch makes a request of its own in the same view, and the next row follows', async () => {
  const fix = { batchId: 'B1', line: 4, position: 1, count: 2 };
  const { submitHow, submitted } = setUp();
  for (const retryOf of ['row-4', 'row-9']) {
    const page = renderHowPage({ context: { ...context, retryOf, fix }, draft: WHO });
    const answer = await submitHow(typedView(page, { smtp_password: 'abcdefghijklmnop' }));
    assert.equal(answer.response_action === 'update' && answer.view.title.text, 'after 4');
  }
  assert.deepEqual(
    submitted.map(({ viewId, batch, retryOf }) => ({ viewId, batch, retryOf })),
    [
      { viewId: 'V1.row-4', batch: { id: 'B1', line: 4 }, retryOf: 'row-4' },
      { viewId: 'V1.row-9', batch: { id: 'B1', line: 4 }, retryOf: 'row-9' },
    ],
  );
});

test('a row of a list that is being stopped is not sent, unless it was before', async () => {
  const fix = { batchId: 'B1', line: 4, position: 1, count: 2 };
  const submit = async (change: Parameters<typeof setUp>[0]) => {
    const { submitHow, submitted } = setUp({ isStopping: true, ...change });
    const page = renderHowPage({ context: { ...context, retryOf: 'row-4', fix }, draft: WHO });
    const answer = await submitHow(typedView(page, { smtp_password: 'abcdefghijklmnop' }));
    assert.deepEqual(submitted, []);
    return answer;
  };
  const answer = await submit({});
  assert.ok(answer.response_action === 'push');
  assert.match(JSON.stringify(answer.view), /I added nothing yet\. Someone stopped this list/);
  assert.equal((await submit({ findByView: async () => sampleRequest() })).response_action, 'update');
  const single = setUp({ isStopping: true });
  assert.equal((await single.submitHow()).response_action, 'update');
});

test('without a password, the request waits for it, and its person alone gets a link', async () => {
  const typed = { smtp_password: '' };
  const { submitHow, submitted, responded } = setUp({ typed, submit: async () => WAITING, hasSecurePage: true });
  const answer = await submitHow();
  assert.deepEqual(
    submitted.map(({ passwords }) => passwords),
    [undefined],
  );
  assert.ok(answer.response_action === 'update');
  assert.match(JSON.stringify(answer.view.blocks), /"url":"https:\/\/bot\.example\.com\/secure#TOKEN"/);
  assert.ok(!JSON.stringify([answer.view.private_metadata, responded]).includes('TOKEN'));
  assert.match(responded.join(), /^https:\/\/hooks\.slack\.com\/.*,Enter the password for jane@acme\.com/);
});

test('without a secure page, the password is missing', async () => {
  const { submitHow, submitted } = setUp({ typed: { smtp_password: '' } });
  assert.match(sentenceOf(await submitHow()), /Enter the password/);
  assert.deepEqual(submitted, []);
});

test('where only the secure page may take passwords, no form has a field for one, and none that came is kept', async () => {
  const options = { passwordsIn: 'secure_page', hasSecurePage: true, submit: async () => WAITING } as const;
  const { submitHow, submitWho, submitted } = setUp(options);
  const page = await submitWho();
  assert.ok(page.response_action === 'update');
  assert.ok(!JSON.stringify(page.view).includes('_password'));
  await submitHow();
  assert.deepEqual(
    submitted.map(({ passwords }) => passwords),
    [undefined],
  );
});

const OWN_SERVERS: Extract<Detection, { kind: 'servers' }> = {
  kind: 'servers',
  by: 'added_before',
  servers: {
    ...{ inboxType: 'CUSTOM_SMTP', provider: undefined },
    ...{ smtpHost: 'smtp.own.com', smtpPort: 2525, imapHost: 'imap.own.com', imapPort: 10993 },
  },
};
const NO_SERVERS = [undefined, '993', 'jane@acme.com'];
const OTHER_PROVIDER: Draft = { ...WHO, inbox_type: 'CUSTOM_SMTP' };

for (const [what, draft, remembered, expected] of [
  ['for another provider', OTHER_PROVIDER, OWN_SERVERS, ['smtp.own.com', '10993', 'jane@acme.com']],
  [
    'but not where servers were typed',
    { ...OTHER_PROVIDER, smtp_host: 'mail.acme.com' },
    OWN_SERVERS,
    ['mail.acme.com', '993', 'jane@acme.com'],
  ],
  ['but not of another inbox of the client', OTHER_PROVIDER, { ...OWN_SERVERS, by: 'added_for_client' }, NO_SERVERS],
  [
    'but not of Google',
    OTHER_PROVIDER,
    { ...OWN_SERVERS, servers: { ...OWN_SERVERS.servers, inboxType: 'GOOGLE_WORKSPACE' } },
    NO_SERVERS,
  ],
] satisfies [string, Draft, Detection, unknown[]][]) {
  test(`a bot that looks nothing up begins with the servers that it remembers, ${what}`, async () => {
    const answer = await setUp({ draft, remembered }).submitWho();
    assert.ok(answer.response_action === 'update');
    const { smtp_host, imap_port, smtp_username } = parseHowPage(typedView(answer.view)).typed;
    assert.deepEqual([smtp_host, imap_port, smtp_username], expected);
  });
}
