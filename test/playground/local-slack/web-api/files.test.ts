import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { LocalSlack, SlackFile } from '../../../../playground/local-slack/local-slack.ts';
import { startBoltApp } from '../bolt-app.ts';
import { call, modal, plain, slackFor, startTestApp, textInput } from '../test-app.ts';

const SCOPES = ['commands', 'chat:write', 'files:read', 'files:write'];

function fileInput(element: object = {}) {
  return {
    type: 'input',
    block_id: 'file',
    label: plain('File'),
    element: { type: 'file_input', action_id: 'value', ...element },
  };
}

/** A Slack whose app opens a form with a file field, and a person who has it open. */
async function withForm(t: TestContext, { scopes = SCOPES, element = {} } = {}) {
  const slack = await slackFor(t, { scopes });
  const { app, submitted } = await startBoltApp(t, slack);
  app.command('/form', async ({ ack, client, command }) => {
    await ack();
    const view = modal([fileInput(element)]);
    await client.apiCall('views.open', { trigger_id: command.trigger_id, view }).catch(() => undefined);
  });
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  const channelId = slack.addChannel({ members: [jane.userId], withBot: true }).id;
  await jane.command('/form', { channelId });
  return { slack, jane, channelId, submitted };
}

/** A file that a person has put into a form and submitted. */
async function uploadedBy(t: TestContext, content: string | Uint8Array = 'email,password') {
  const form = await withForm(t);
  await form.jane.waitForModal();
  await form.jane.attach('File', [{ name: 'Globex Oct.csv', content }]);
  await form.jane.submit();
  const [given] = form.submitted();
  return { ...form, given: given ?? assert.fail('nothing was submitted') };
}

function download(url: string, token: string | undefined, redirect: 'follow' | 'manual' = 'follow') {
  return fetch(url, { redirect, ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) });
}

async function upload(slack: LocalSlack, text = 'a,b'): Promise<string> {
  const first = await call(slack, 'files.getUploadURLExternal', { filename: 'results.csv', length: text.length });
  assert.equal((await fetch(String(first.upload_url), { method: 'POST', body: text })).status, 200);
  return String(first.file_id);
}

test('a file put into a form reaches a Bolt app as Slack describes files, and its bytes come with the token', async (t) => {
  const bytes = new Uint8Array([0xff, 0xfe, 0x61, 0x00]);
  const { slack, jane, given } = await uploadedBy(t, bytes);
  const { id, url_private, url_private_download, ...more } = given;
  assert.match(String(id), /^F[A-Z0-9]+$/);
  assert.equal(new URL(String(url_private)).origin, slack.url);
  const { name, mimetype, filetype, size, user, user_team, mode, file_access } = more;
  assert.deepEqual(
    { name, mimetype, filetype, size, user, user_team, mode, file_access },
    {
      name: 'Globex Oct.csv',
      mimetype: 'text/csv',
      filetype: 'csv',
      size: 4,
      user: jane.userId,
      user_team: jane.teamId,
      mode: 'hosted',
      file_access: 'visible',
    },
  );
  const answer = await download(String(url_private_download), slack.installation.botToken, 'manual');
  assert.equal(answer.headers.get('content-type'), 'text/csv');
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), bytes);
  const { file } = await call(slack, 'files.info', { file: id });
  assert.deepEqual(file, given);
  assert.deepEqual(slack.problems, []);
});

test('without its token a file is a redirect to a page for signing in; without the scope it is that page', async (t) => {
  const { slack, given } = await uploadedBy(t);
  const url = String(given.url_private_download);
  const { botToken, teamId } = slack.installation;
  for (const token of [undefined, 'xoxb-unknown']) {
    const answer = await download(url, token, 'manual');
    assert.equal(answer.status, 302);
    assert.match(answer.headers.get('location') ?? '', /\?redir=%2Ffiles-pri%2F/);
    const followed = await download(url, token);
    assert.equal(followed.status, 200);
    assert.match(followed.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(await followed.text(), /^<!DOCTYPE html>/);
  }
  slack.setScopes(teamId, ['commands']);
  const answer = await download(url, botToken, 'manual');
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /^<!DOCTYPE html>/);
  const refusals = slack.ledger.calls.filter(({ method }) => method === 'url_private_download');
  assert.equal(refusals.at(-1)?.response?.error, 'missing_scope');
  assert.ok(!JSON.stringify(refusals).includes(botToken));
  assert.match(slack.problems.join(), /url_private_download: asked for without a token/);
});

test('a download can be redirected, cut, refused or slow, as ordered', async (t) => {
  const { slack, given } = await uploadedBy(t);
  const url = String(given.url_private_download);
  const { botToken } = slack.installation;
  const seen: (string | undefined)[] = [];
  const elsewhere = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end('elsewhere');
  });
  await new Promise<void>((resolve) => void elsewhere.listen(0, '127.0.0.1', resolve));
  t.after(() => elsewhere.close());
  const address = elsewhere.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  slack.failNext('url_private_download', { status: 302, headers: { location: `http://localhost:${port}/` } });
  assert.equal(await (await download(url, botToken)).text(), 'elsewhere');
  assert.deepEqual(seen, [undefined], 'fetch keeps the token to itself');

  slack.failNext('url_private_download', { status: 302, headers: { location: url } }, 3);
  assert.equal(await (await download(url, botToken)).text(), 'email,password');
  slack.failNext('url_private_download', { retryAfter: 7 });
  assert.equal((await download(url, botToken)).headers.get('retry-after'), '7');
  slack.failNext('url_private_download', 'reset');
  await assert.rejects(download(url, botToken));
});

test('files are asked for and deleted by their own workspace, once; those of people never', async (t) => {
  const { slack, given } = await uploadedBy(t);
  const other = slack.addWorkspace({ name: 'Other', scopes: SCOPES }).installation?.botToken ?? '';
  const theirs = { file: given.id };
  assert.equal((await call(slack, 'files.delete', theirs)).error, 'cant_delete_file');
  assert.equal((await call(slack, 'files.info', { file: 'F0' })).error, 'file_not_found');
  assert.equal((await call(slack, 'files.info', theirs, other)).error, 'file_not_found');
  assert.equal((await call(slack, 'files.delete', theirs, other)).error, 'file_not_found');
  assert.equal((await download(String(given.url_private_download), other)).status, 404);

  const ours = { file: await upload(slack) };
  assert.equal((await call(slack, 'files.delete', ours)).ok, true);
  assert.equal((await call(slack, 'files.delete', ours)).error, 'file_deleted');
  assert.equal((await call(slack, 'files.info', ours)).error, 'file_deleted');
  assert.equal(slack.file(ours.file).content.length, 0, 'the bytes are gone');
  slack.setScopes(slack.workspace.teamId, ['commands']);
  assert.equal((await call(slack, 'files.info', theirs)).needed, 'files:read');
  assert.equal((await call(slack, 'files.delete', theirs)).needed, 'files:write');
});

test('a file goes up in three steps, into a channel or a thread of it', async (t) => {
  const slack = await slackFor(t, { scopes: SCOPES });
  const channel = slack.addChannel({ withBot: true }).id;
  const { ts } = await call(slack, 'chat.postMessage', { channel, text: 'Adding 40 inboxes' });
  const first = await call(slack, 'files.getUploadURLExternal', { filename: 'results.csv', length: 3 });
  const finish = (args: object) =>
    call(slack, 'files.completeUploadExternal', { files: [{ id: first.file_id, title: 'Results' }], ...args });
  assert.equal((await finish({ channel_id: channel })).error, 'file_not_found');
  assert.equal((await fetch(String(first.upload_url), { method: 'POST', body: 'a,b' })).status, 200);
  assert.equal((await fetch(String(first.upload_url), { method: 'POST', body: 'c,d' })).status, 404);
  assert.equal((await finish({ channel_id: 'C0' })).error, 'channel_not_found');
  assert.equal((await finish({ channel_id: slack.addChannel().id })).error, 'not_in_channel');
  assert.equal((await finish({ channel_id: channel, thread_ts: 'soon' })).error, 'invalid_thread_ts');
  assert.equal((await finish({ channel_id: channel, thread_ts: '1000000000.000000' })).error, 'thread_not_found');
  const done = await finish({ channel_id: channel, thread_ts: ts, initial_comment: 'All rows' });
  assert.equal(done.ok, true);
  const [, reply] = slack.messages(channel);
  assert.deepEqual([reply?.threadTs, reply?.text, reply?.files], [ts, 'All rows', [first.file_id]]);
  const updated = await call(slack, 'chat.update', { channel, ts: reply?.ts, text: 'Rows' });
  assert.match(JSON.stringify(updated.message), /"files":\[\{"id":"F/);
  assert.ok(!JSON.stringify(slack.ledger.calls).includes('/upload/v1/'), 'who has the address may upload');
  const { content, title }: SlackFile = slack.file(String(first.file_id));
  assert.deepEqual([content.toString(), title], ['a,b', 'Results']);
});

test('a file stays in its field while the form is updated, and is gone once somebody has deleted it', async (t) => {
  const { slack, jane } = await withForm(t);
  const { viewId } = await jane.waitForModal();
  await jane.attach('File', [{ name: 'rows.csv', content: 'a,b' }]);
  const view = modal([{ type: 'divider' }, fileInput()]);
  assert.equal((await call(slack, 'views.update', { view_id: viewId, view })).ok, true);
  assert.deepEqual(jane.modal()?.fields[0]?.value, ['rows.csv']);
  const held = jane.modal()?.values.file?.value?.files;
  const [file] = Array.isArray(held) ? held : [];
  slack.deleteFile(file.id);
  assert.equal((await call(slack, 'files.info', { file: file.id })).error, 'file_deleted');
  assert.equal((await download(file.url_private_download, slack.installation.botToken)).status, 404);
  await jane.attach('File', []);
  assert.equal(jane.modal()?.fields[0]?.value, undefined);
});

test('what is uploaded is searched for secrets too', async (t) => {
  const slack = await slackFor(t, { scopes: SCOPES });
  slack.watchSecret('abcd efgh ijkl mnop');
  await upload(slack, 'jane@acme.com,abcd efgh ijkl mnop');
  assert.deepEqual(slack.problems, ['upload: a secret was sent to Slack']);
});

test('a form with a file field needs files:read', async (t) => {
  const { slack, jane } = await withForm(t, { scopes: ['commands', 'chat:write'] });
  const refused = await slack.waitForCall(({ method }) => method === 'views.open');
  assert.deepEqual(refused.response, {
    ok: false,
    error: 'missing_scope',
    needed: 'files:read',
    provided: 'commands,chat:write',
  });
  assert.equal(jane.modal(), undefined);
});

for (const response_action of ['update', 'push']) {
  test(`a file field in an answer that says ${response_action} needs files:read too`, async (t) => {
    const slack = await slackFor(t);
    const body = { response_action, view: modal([fileInput()]) };
    const app = await startTestApp(t, ({ payload }) => (payload.type === 'view_submission' ? { body } : {}));
    slack.deliverTo('all', app.url);
    const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
    await jane.command('/form', { channelId: slack.addChannel({ members: [jane.userId] }).id });
    const trigger_id = app.received[0]?.payload.trigger_id;
    await call(slack, 'views.open', { trigger_id, view: modal([textInput('name')]) });
    await jane.type('name', 'Jane');
    assert.match((await jane.submit()).trouble ?? '', /trouble connecting/);
    assert.match(slack.problems.join(), /missing_scope/);
  });
}

test('a file field takes the types, number and size it allows, and says so under it', async (t) => {
  const { slack, jane, submitted } = await withForm(t, { element: { filetypes: ['csv', 'txt'], max_files: 2 } });
  await jane.waitForModal();
  const csv = (name: string, content: string | Uint8Array = 'a,b') => ({ name, content });
  const refuse = async (files: { name: string; content: string | Uint8Array }[]) => {
    await jane.attach('File', files);
    return jane.modal()?.errors.file;
  };
  assert.match((await refuse([csv('a.xlsx')])) ?? '', /^a\.xlsx can’t be uploaded/);
  assert.match((await refuse([csv('a.csv'), csv('b.csv'), csv('c.csv')])) ?? '', /only upload 2 files/);
  assert.match((await refuse([csv('a.csv', '')])) ?? '', /is empty/);
  assert.match((await refuse([csv('a.csv', new Uint8Array(10 * 1024 * 1024 + 1))])) ?? '', /larger than 10 MB/);
  assert.equal((await jane.submit()).status, 'kept_back', 'the field is empty and required');
  assert.equal(await refuse([csv('a.CSV'), csv('b.txt')]), undefined);
  assert.deepEqual(jane.modal()?.fields[0]?.value, ['a.CSV', 'b.txt']);
  assert.match(jane.modal()?.rendered ?? '', /\[a\.CSV, b\.txt\]/);
  await jane.submit();
  assert.deepEqual(
    submitted().map(({ name }) => name),
    ['a.CSV', 'b.txt'],
  );
  assert.deepEqual(slack.problems, []);
});

test('a file of somebody from another workspace says no more than its id; files.info tells the rest', async (t) => {
  const { slack } = await withForm(t);
  const globex = slack.addWorkspace({ name: 'Globex', installed: false });
  const sam = slack.as(slack.addPerson({ name: 'sam', teamId: globex.teamId }).id);
  const channelId = slack.addChannel({ members: [sam.userId], withBot: true, sharedWith: [globex.teamId] }).id;
  await sam.command('/form', { channelId, throughTeamId: slack.workspace.teamId });
  await sam.waitForModal();
  await sam.attach('File', [{ name: 'rows.csv', content: 'a,b' }]);
  const held = sam.modal()?.values.file?.value?.files;
  const [stub] = Array.isArray(held) ? held : [];
  const { id, ...rest } = stub;
  assert.deepEqual(rest, {
    created: 0,
    timestamp: 0,
    mode: 'file_access',
    file_access: 'check_file_info',
    user_team: globex.teamId,
  });
  const { file } = await call(slack, 'files.info', { file: id });
  assert.match(JSON.stringify(file), /"name":"rows\.csv".*url_private_download/);
});
