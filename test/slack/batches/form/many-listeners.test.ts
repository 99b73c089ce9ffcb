import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Confirmed } from '../../../../src/add-inbox/batch/drafts.ts';
import type { KeyChoice } from '../../../../src/add-inbox/keys/choose-key.ts';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS, type WorkspaceSettings } from '../../../../src/add-inbox/people/workspace-settings.ts';
import { CommitInDoubtError } from '../../../../src/add-inbox/request/commit-in-doubt-error.ts';
import { renderManyForm } from '../../../../src/slack/batches/form/many-form.ts';
import { createManyPages, type ManyPagesDeps } from '../../../../src/slack/batches/form/many-listeners.ts';
import type { FormContext } from '../../../../src/slack/form/form-metadata.ts';
import type { SubmissionAnswer } from '../../../../src/slack/modals/submission-answer.ts';
import type { Permission } from '../../../../src/slack/permissions/permissions.ts';
import { type SlackApi, SlackRefusedError } from '../../../../src/slack/web-api/slack-api.ts';
import { sampleBatch } from '../../../add-inbox/batch/sample-batch.ts';
import { context as single } from '../../examples.ts';
import { typedView, type ViewAtClient } from '../../modals/typed-view.ts';

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
const ALLOWED: Permission = { kind: 'allowed', person: PERSON };
const KEY: KeyChoice = { kind: 'key', keyName: WORKSPACE, current: undefined };
const ROWS = 'Email,Password,Provider\njane@acme.com,pw,google\n';
const FILE = { id: 'F1', name: 'x.csv', size: 10, url_private_download: 'https://files.slack.com/x' };

const context: FormContext = { ...single, batch: {} };

type Options = {
  checkAdding?: () => Promise<Permission>;
  choice?: KeyChoice;
  settings?: WorkspaceSettings;
  confirm?: () => Promise<Confirmed>;
  prepare?: ManyPagesDeps['drafts']['prepare'];
  checkLogins?: ManyPagesDeps['checkLogins'];
  api?: Partial<SlackApi>;
};

function setUp(options: Options = {}) {
  const noted: { reference: string; error: unknown }[] = [];
  const discarded: string[] = [];
  const prepared: object[] = [];
  const confirmed: object[] = [];
  const { checkAdding = async () => ALLOWED, choice = KEY, api = {} } = options;
  const pages = createManyPages({
    permissions: {
      recall: async () => assert.fail(),
      checkAdding,
      checkAdmin: async () => assert.fail(),
      checkMember: async () => assert.fail(),
    },
    findSettings: async () => options.settings ?? DEFAULT_SETTINGS,
    chooseKey: async () => choice,
    drafts: {
      prepare: async (draft, checkLogins) => {
        prepared.push(draft);
        if (options.prepare !== undefined) return options.prepare(draft, checkLogins);
        const account = { ...draft.rows[0]?.account };
        const checked = { line: 2, address: account.email_address ?? '', kind: 'twice' as const, firstLine: 1 };
        return { id: 'DRAFT', checked: [{ ...checked, kind: 'held', account: ACCOUNT, warnings: [] }] };
      },
      confirm: async (...given) => {
        confirmed.push(given);
        return (options.confirm ?? (async () => ({ kind: 'confirmed', batch: sampleBatch({ total: 7 }) })))();
      },
      discard: async (_teamId, _userId, id) => void discarded.push(id),
      timeFor: () => 0,
    },
    checkLogins: options.checkLogins,
    monotonicNow: () => 0,
    openForm: async () => assert.fail(),
    newReference: () => 'REFERENCE',
    onNotAccepted: (reference, error) => noted.push({ reference, error }),
  });
  const slack: SlackApi = new Proxy(Object.create(null), {
    get: (_target, name) => Reflect.get(api, name) ?? (() => assert.fail(`Slack is asked: ${String(name)}`)),
  });
  const inView = (view: ViewAtClient) => ({
    what: 'submit',
    api: slack,
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
  return { pages, inView, noted, discarded, prepared, confirmed };
}

const ACCOUNT = {
  email_address: 'jane@acme.com',
  display_name: 'Jane',
  inbox_type: 'OUTLOOK_365',
  smtp_host: 'smtp.office365.com',
  smtp_port: 587,
  smtp_username: 'jane@acme.com',
  smtp_password: 'pw',
  smtp_use_tls: true,
  imap_host: 'outlook.office365.com',
  imap_port: 993,
  imap_username: 'jane@acme.com',
  imap_password: 'pw',
  imap_use_ssl: true,
  daily_limit: 30,
} as const;

const form = () => renderManyForm({ context, draft: {}, takesFiles: true });

const pasted = () => typedView(form(), { rows: ROWS });

function withFile(): ViewAtClient {
  const view = typedView(form());
  view.state.values['file.0'] = { file: { files: [FILE] } };
  return view;
}

async function previewOf({ pages, inView }: ReturnType<typeof setUp>, ticked = true): Promise<ViewAtClient> {
  const answer = await pages.submitForm(inView(pasted()));
  assert.ok(answer.response_action === 'push', JSON.stringify(answer));
  return typedView(answer.view, { add_held: ticked });
}

function said(answer: SubmissionAnswer): string {
  return JSON.stringify(answer.response_action === 'errors' ? answer.errors : answer.view);
}

test('pasted rows are answered with their preview on top of the form', async () => {
  const world = setUp();
  const view = await previewOf(world);
  assert.equal(view.callback_id, 'batch_preview');
  assert.equal(JSON.stringify(world.prepared).match(/jane@acme\.com/g)?.length, 1);
});

test('what the database refuses is said under the field, with the reference that the log has', async () => {
  const error = new Error('disk full');
  const { pages, inView, noted } = setUp({ prepare: () => Promise.reject(error) });
  const answer = await pages.submitForm(inView(pasted()));
  assert.equal(answer.response_action, 'errors');
  assert.match(said(answer), /My database did not answer.*Support code: REFERENCE/);
  assert.deepEqual(noted, [{ reference: 'REFERENCE', error }]);
});

test('rows that are read too late are not kept', async (t) => {
  useMockedTimers(t);
  const slow = Promise.withResolvers<Permission>();
  const { pages, inView, prepared } = setUp({ checkAdding: () => slow.promise });
  const answer = pages.submitForm(inView(pasted()));
  mock.timers.tick(2_500);
  assert.match(said(await answer), /did not answer/);
  slow.resolve(ALLOWED);
  await nextTurn();
  assert.deepEqual(prepared, []);
});

for (const [what, options, action, says] of [
  ['a guest', { checkAdding: async () => ({ kind: 'refused', why: 'guest' }) }, 'push', /Guests can't add/],
  ['nobody, as Slack did not say', { checkAdding: async () => ({ kind: 'unknown' }) }, 'errors', /could not check/],
  [
    'a channel without a client',
    { choice: { kind: 'blocked', channelIds: [] } },
    'push',
    /only in channels with a client/,
  ],
  [
    'a channel whose client changed',
    { choice: { kind: 'key', keyName: { kind: 'client', name: 'Acme', channelId: 'C1' }, current: undefined } },
    'push',
    /changed the ColdSend key of this channel/,
  ],
] satisfies [string, Options, string, RegExp][]) {
  test(`the form does not go on for ${what}, whether rows or a file are given`, async () => {
    const { pages, inView, prepared } = setUp(options);
    for (const view of [pasted(), withFile()]) {
      const answer = await pages.submitForm(inView(view));
      assert.equal(answer.response_action, action);
      assert.match(said(answer), says);
      await pages.readGiven(inView(view), answer);
    }
    assert.deepEqual(prepared, []);
  });

  test(`the preview does not go on for ${what}`, async () => {
    const view = await previewOf(setUp());
    const { pages, inView, confirmed } = setUp(options);
    const answer = await pages.submitPreview(inView(view));
    assert.equal(answer.response_action, 'push');
    assert.match(said(answer), says);
    assert.deepEqual(confirmed, []);
  });
}

test('a confirmed preview is answered with where the progress is', async () => {
  const world = setUp();
  const answer = await world.pages.submitPreview(world.inView(await previewOf(world)));
  assert.equal(answer.response_action, 'update');
  assert.match(said(answer), /Adding 7 inboxes.*<#C1>/);
  assert.deepEqual(world.confirmed, [
    [
      { teamId: 'T1', userId: 'U1', id: 'DRAFT' },
      { withHeld: true, withRefused: false, dailyLimit: 30 },
    ],
  ]);
});

test('a repeated one is answered the same, and one that is gone says how to begin again', async () => {
  const batch = sampleBatch({ total: 7 });
  const repeated = setUp({ confirm: async () => ({ kind: 'repeated', batch }) });
  assert.match(
    said(await repeated.pages.submitPreview(repeated.inView(await previewOf(repeated)))),
    /Adding 7 inboxes/,
  );
  const gone = setUp({ confirm: async () => ({ kind: 'gone' }) });
  assert.match(said(await gone.pages.submitPreview(gone.inView(await previewOf(gone)))), /\/add-inbox many/);
  const stopping = setUp({ confirm: async () => ({ kind: 'stopping' }) });
  assert.match(said(await stopping.pages.submitPreview(stopping.inView(await previewOf(stopping)))), /in a minute/);
});

test('rows that are all held back have to be ticked', async () => {
  const world = setUp();
  const answer = await world.pages.submitPreview(world.inView(await previewOf(world, false)));
  assert.equal(answer.response_action, 'errors');
  assert.match(said(answer), /add_held\.0.*Tick this/);
  assert.deepEqual(world.confirmed, []);
});

test('a commit that is refused, in doubt or late is answered with a sentence that is true in each case', async (t) => {
  for (const error of [new Error('disk full'), new CommitInDoubtError(new Error('gone'))]) {
    const world = setUp({ confirm: () => Promise.reject(error) });
    const answer = await world.pages.submitPreview(world.inView(await previewOf(world)));
    assert.match(said(answer), /did not confirm.*only once.*Support code: REFERENCE/);
    assert.deepEqual(world.noted, [{ reference: 'REFERENCE', error }]);
  }
  const slow = Promise.withResolvers<Confirmed>();
  const world = setUp({ confirm: () => slow.promise });
  const view = await previewOf(world);
  useMockedTimers(t);
  const answer = world.pages.submitPreview(world.inView(view));
  await nextTurn();
  mock.timers.tick(2_500);
  assert.match(said(await answer), /did not confirm/);
  slow.reject(new Error('later'));
  await nextTurn();
});

test('rows that fix those of a batch are kept as such, and counted as in the preview', async () => {
  const world = setUp();
  const fix = { ...context, batch: { fixOf: 'BATCH0000001' } };
  const view = typedView(renderManyForm({ context: fix, draft: {}, takesFiles: true }), { rows: ROWS });
  const answer = await world.pages.submitForm(world.inView(view));
  assert.ok(answer.response_action === 'push');
  assert.match(JSON.stringify(world.prepared), /"fixOf":"BATCH0000001"/);
  const done = await world.pages.submitPreview(world.inView(typedView(answer.view, { add_held: true })));
  assert.match(said(done), /Adding 1 inbox\b/);
});

test('a preview that is closed is discarded', async () => {
  const world = setUp();
  await world.pages.closePreview(world.inView(await previewOf(world)));
  assert.deepEqual(world.discarded, ['DRAFT']);
});

test('a file is read after the answer; nobody waits for ever where that fails', async () => {
  const shown: string[] = [];
  const api: Partial<SlackApi> = {
    downloadFile: async () => ({ kind: 'file', bytes: Buffer.from(ROWS) }),
    deleteFile: async () => {
      throw new SlackRefusedError('files.delete', 'cant_delete_file');
    },
    updateView: async (_id, view) => {
      shown.push(JSON.stringify(view));
      return { id: 'V1', hash: 'h' };
    },
  };
  const fine = setUp({ api });
  const answer = await fine.pages.submitForm(fine.inView(withFile()));
  assert.ok(answer.response_action === 'update');
  assert.equal(answer.view.callback_id, 'batch_reading');
  await fine.pages.readGiven(fine.inView(withFile()), answer);
  assert.match(shown.pop() ?? '', /batch_preview.*Delete your file from Slack/);
  const broken = setUp({ api, prepare: () => Promise.reject(new Error('disk full')) });
  await broken.pages.readGiven(broken.inView(withFile()), answer);
  assert.match(shown.pop() ?? '', /Something went wrong on my side.*Support code: REFERENCE/);
  assert.equal(broken.noted.length, 1);
});

const CHECKS: Options = { settings: { ...DEFAULT_SETTINGS, checkLoginFirst: true } };

/** Slack as the page that waits needs it. */
function pageApi(answer: () => Promise<unknown> = async () => {}) {
  const shown: string[] = [];
  const updateView: SlackApi['updateView'] = async (_id, view) => {
    shown.push(JSON.stringify(view));
    await answer();
    return { id: 'V1', hash: 'h' };
  };
  return { shown, api: { updateView } };
}

test('where logins are checked, pasted rows wait on a page that says how far it is', async () => {
  const { shown, api } = pageApi();
  const asked: unknown[] = [];
  const world = setUp({
    ...CHECKS,
    api,
    prepare: async (_draft, checkLogins) => {
      await checkLogins?.([ACCOUNT, ACCOUNT]);
      return { id: 'DRAFT', checked: [] };
    },
    checkLogins: async (asker, accounts, { onProgress }) => {
      asked.push(asker, accounts.length);
      onProgress(0, 2);
      onProgress(2, 2);
      return [];
    },
  });
  const answer = await world.pages.submitForm(world.inView(pasted()));
  assert.ok(answer.response_action === 'update');
  assert.match(said(answer), /batch_reading.*Reading your rows/);
  await world.pages.readGiven(world.inView(pasted()), answer);
  assert.deepEqual(asked, [ACTOR, 2]);
  const [start, end, preview] = shown;
  assert.equal(shown.length, 3);
  assert.match(start ?? '', /Checking the logins: 0 of 2.*At most two minutes/);
  assert.match(end ?? '', /Checking the logins: 2 of 2/);
  assert.match(preview ?? '', /batch_preview.*batch_back/, 'the form is not below it any more');
});

test('pasted text that is no rows is said under the field, also where logins are checked', async () => {
  const world = setUp({ ...CHECKS, checkLogins: async () => assert.fail() });
  const view = typedView(form(), { rows: 'Name,Tags\nJane,x' });
  const answer = await world.pages.submitForm(world.inView(view));
  assert.match(said(answer), /find the column with the addresses/);
});

test('logins are not checked where the workspace does not want it, or the bot logs in to no mailbox', async () => {
  for (const options of [{ checkLogins: async () => assert.fail() }, CHECKS]) {
    const world = setUp({
      ...options,
      prepare: async (_draft, checkLogins) => {
        assert.equal(checkLogins, undefined);
        return { id: 'DRAFT', checked: [] };
      },
    });
    assert.equal((await world.pages.submitForm(world.inView(pasted()))).response_action, 'push');
  }
});

test('a page that is closed during the check ends it, and keeps no draft', async () => {
  const { shown, api } = pageApi(() => Promise.reject(new SlackRefusedError('views.update', 'not_found')));
  const world = setUp({
    ...CHECKS,
    api,
    prepare: async (_draft, checkLogins) => {
      await checkLogins?.([ACCOUNT]);
      return assert.fail('it was kept');
    },
    checkLogins: async (_asker, _accounts, { onProgress, signal }) => {
      onProgress(0, 1);
      await nextTurn();
      assert.ok(signal.aborted);
      return [];
    },
  });
  await world.pages.readGiven(world.inView(pasted()), await world.pages.submitForm(world.inView(pasted())));
  assert.ok(shown.every((view) => view.includes('batch_reading')));
  assert.deepEqual([world.noted, world.discarded], [[], []]);
});

test('a draft is discarded where the person has closed the page that waits', async () => {
  const world = setUp({
    api: {
      downloadFile: async () => ({ kind: 'file', bytes: Buffer.from(ROWS) }),
      deleteFile: async () => {},
      updateView: async () => {
        throw new SlackRefusedError('views.update', 'not_found');
      },
    },
  });
  const answer = await world.pages.submitForm(world.inView(withFile()));
  await world.pages.readGiven(world.inView(withFile()), answer);
  assert.deepEqual(world.discarded, ['DRAFT']);
});

function useMockedTimers(t: TestContext): void {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
}
