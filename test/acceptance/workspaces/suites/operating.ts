import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addGoogleInbox } from '../../world/add-google-inbox.ts';
import { closeAll } from '../../world/fill-form.ts';
import { runAdminCommand } from '../run-admin-command.ts';
import { type Setting, startAgency } from '../start-agency.ts';
import { countStored, isNothing, waitForStored } from '../stored-secrets.ts';

/** The operators' commands beside running bots; admin.test.ts has what they say in every case, on SQLite. */
export function describeOperating(kind: string, setting: Setting): void {
  test(`the operators’ commands, on ${kind}`, async (context) => {
    const agency = await startAgency(context, setting);
    const { slack, coldsend, teams, env } = agency;
    const [acme, blue] = teams;
    for (const team of [acme, blue]) await agency.setUp(team);
    const run = (args: string[], change: Record<string, string> = {}) => runAdminCommand(args, { ...env, ...change });
    coldsend.answerAlways({ kind: 'server_error', status: 503, retryAfter: '600' });
    await addGoogleInbox(acme.member, { address: 'jane@acme.com', channelId: acme.channelId });
    await slack.waitForCall(({ method, args }) => method === 'chat.update' && JSON.stringify(args).includes('jane@'));
    await closeAll(acme.member);

    const list = await run(['list']);
    assert.equal(list.status, 0);
    assert.match(list.output, new RegExp(`^${acme.teamId} .*\\n${blue.teamId} .*\\n$`));
    const pending = await run(['pending']);
    assert.equal(pending.status, 0);
    assert.match(pending.output, /"jane@acme\.com", requested by .* It is announced, waiting \(unavailable\)/);
    coldsend.answerAlways(undefined);
    const healthy = await run(['doctor']);
    assert.equal(healthy.status, 0, healthy.output);
    assert.match(healthy.output, /^✓ The database is writable/m);

    const gone = new URL(agency.databaseUrl);
    const password = gone.password;
    gone.port = '1';
    const ill = await run(['doctor'], { DATABASE_URL: gone.href });
    assert.equal(ill.status, 1);
    assert.match(ill.output, /^✗ PostgreSQL can't be used: .*^✓ ColdSend can be reached\.$/ms);
    assert.ok(!ill.output.includes(password));

    const untouched = await countStored(agency, blue.teamId);
    const removed = await run(['remove', acme.teamId]);
    assert.equal(removed.status, 0, removed.output);
    await waitForStored(agency, acme.teamId, isNothing);
    assert.deepEqual(await countStored(agency, blue.teamId), untouched);
    assert.match((await run(['pending'])).output, /^No request is pending\.$/m);
    for (const { output } of [list, pending, healthy, ill, removed]) assert.doesNotMatch(output, /xoxb-|cs_live_/);
  });
}
