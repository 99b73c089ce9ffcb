import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstallState } from '../../../../src/web/install-state.ts';
import { addGoogleInbox } from '../../world/add-google-inbox.ts';
import { closeAll, openForm, waitForPage } from '../../world/fill-form.ts';
import { readManifestScopes } from '../../world/manifest-scopes.ts';
import { createBrowser, type Setting, STATE_SECRET, startAgency } from '../start-agency.ts';

/** From nobody to three workspaces, through the pages. */
export function describeInstalling(kind: string, setting: Setting): void {
  test(`installing, on ${kind}: the whole round trip, and what is refused`, async (context) => {
    const agency = await startAgency(context, setting);
    const { slack, coldsend, teams, browser, install } = agency;
    const publicUrl = agency.env.PUBLIC_URL ?? '';
    const [acme, blue, coral] = teams;
    const begin = async (opener = browser) => new URL((await opener.open(`${publicUrl}/slack/install`)).link);
    const comeBack = (query: Record<string, string>, opener = browser) =>
      opener.open(`${publicUrl}/slack/oauth_redirect?${new URLSearchParams(query)}`);
    const countTokens = () => slack.ledger.calls.filter(({ method }) => method === 'oauth.v2.access').length;

    await context.test('it is ready without anybody', async () => {
      for (const bot of agency.bots) assert.equal((await fetch(`${bot.url}/readyz`)).status, 200);
      assert.deepEqual(slack.ledger.calls, []);
    });

    await context.test(
      'whoever uses it in a workspace where it is not installed is told where to install it, and nothing is done',
      async () => {
        const body = new URLSearchParams({
          command: '/add-inbox',
          text: '',
          team_id: acme.teamId,
          user_id: acme.member.userId,
          channel_id: acme.channelId,
          trigger_id: '1.2.3',
          response_url: `${slack.url}/commands/x`,
        }).toString();
        const headers = { 'content-type': 'application/x-www-form-urlencoded', ...slack.sign(body) };
        assert.deepEqual((({ status, body }) => ({ status, body }))(await slack.sendRaw({ body, headers })), {
          status: 200,
          body: `I'm not installed in this workspace, so I did nothing. Ask an admin to install me in this workspace: ${publicUrl}/slack/install`,
        });
        assert.deepEqual(slack.ledger.calls, []);
      },
    );

    await context.test('refused: nothing, made up, expired, another browser, denied', async () => {
      const refused = async (page: Promise<{ status: number; title: string; link: string }>, title: RegExp) => {
        const { status, ...given } = await page;
        assert.equal(status, 400);
        assert.match(given.title, title);
        assert.equal(given.link, `${publicUrl}/slack/install`);
      };
      await refused(comeBack({}), /incomplete/);
      await refused(comeBack({ code: 'x' }), /incomplete/);
      await refused(comeBack({ code: 'x', state: 'made up' }), /started somewhere else/);
      browser.cookies.set('__Host-inbox-bot-install', 'made-up');
      await refused(comeBack({ code: 'x', state: 'made-up' }), /started somewhere else/);

      const longAgo = createInstallState({
        secret: STATE_SECRET,
        used: { use: async () => true, has: async () => false },
        now: () => Date.now() - 11 * 60_000,
      });
      const expired = longAgo.issue();
      browser.cookies.clear();
      await refused(comeBack({ code: 'x', state: expired }), /too long/);
      browser.cookies.set('__Host-inbox-bot-install', expired);
      await refused(comeBack({ code: 'x', state: expired }), /too long/);

      const other = createBrowser();
      const begun = await begin(other);
      await refused(browser.open(begun.href), /another browser/);

      slack.authorizeNextAs('deny');
      await refused(browser.open((await begin()).href), /: cancelled/);
      assert.equal(countTokens(), 0);
    });

    await context.test('Slack failing is told with a reference', async () => {
      slack.failNext('oauth.v2.access', { error: 'bad_client_secret' });
      const failed = await install(acme);
      assert.equal(failed.status, 502);
      assert.match(failed.text, /Support code: [\w-]+/);
      slack.failNext('oauth.v2.access', 'reset');
      assert.match((await install(acme)).title, /did not answer/);
    });

    await context.test('refused: for a whole organization, and its token is given back', async () => {
      const begun = await begin();
      slack.authorizeNextAs({ userId: acme.admin.userId, orgWide: true });
      const { status, title, text, link } = await browser.open(begun.href);
      assert.deepEqual([status, title], [400, 'Not installed: not for a whole organization']);
      assert.match(text, /At the top of the Slack page, choose one workspace/);
      assert.equal(link, `${publicUrl}/slack/install`);
      await slack.waitForCall(({ method, response }) => method === 'auth.revoke' && response?.ok === true);
      assert.equal(slack.ledger.calls.filter(({ method }) => method === 'chat.postMessage').length, 0);
    });

    await context.test(
      'installed: the page and a direct message tell what to do next, and it serves at once',
      async () => {
        for (const team of teams) {
          const page = await install(team);
          assert.deepEqual([page.status, page.title], [200, 'Inbox Bot is installed']);
          assert.match(page.text, new RegExp(`in the workspace ${team.name}`));
          assert.match(page.text, /Add a ColdSend API key/);
          assert.equal(page.link, `https://slack.com/app_redirect?app=${slack.app.appId}&team=${team.teamId}`);
          const dm = await slack.waitFor(() => team.admin.botDm(), 'a direct message');
          const message = await slack.waitForMessage(({ channelId }) => channelId === dm);
          assert.match(message.text, /is installed\. Thank you![\s\S]*Add a ColdSend API key/);
          assert.deepEqual(slack.getWorkspace(team.teamId).installation?.scopes, readManifestScopes());
          const { ephemeral } = await team.member.command('/add-inbox help', { channelId: team.channelId });
          assert.match(ephemeral?.text ?? '', /opens a form/);
        }
      },
    );

    await context.test('a page that was used is refused the second time', async () => {
      const begun = await begin();
      const state = begun.searchParams.get('state') ?? '';
      const [[name, value] = ['', '']] = browser.cookies;
      slack.authorizeNextAs({ userId: acme.admin.userId });
      const first = await browser.open(begun.href);
      assert.match(first.title, /installed again/);
      const before = countTokens();
      assert.equal(browser.cookies.size, 0, 'the cookie went with it');
      for (const cookie of ['', value]) {
        if (cookie !== '') browser.cookies.set(name, cookie);
        const again = await browser.open(first.url);
        assert.deepEqual([again.status, again.title], [400, 'You used this page before']);
      }
      assert.ok(first.url.includes(state));
      assert.equal(countTokens(), before);
    });

    await context.test('ten browsers with one state: one installs', async () => {
      const begun = await begin();
      const [[name, value] = ['', '']] = browser.cookies;
      const visited = await fetch(begun, { redirect: 'manual' });
      const back = visited.headers.get('location') ?? '';
      const statuses = await Promise.all(
        Array.from({ length: 10 }, async (_, at) => {
          const other = createBrowser();
          other.cookies.set(name, value);
          const url = new URL(back);
          url.port = new URL(agency.bots[at % agency.bots.length]?.url ?? '').port;
          return (await other.open(url.href)).status;
        }),
      );
      assert.deepEqual(statuses.toSorted(), [200, ...Array<number>(9).fill(400)]);
    });

    await context.test('installed again: the key and what it was set to are kept', async () => {
      await agency.setUp(blue);
      await blue.admin.openHome();
      await blue.admin.click('home_settings', { in: 'home' });
      await waitForPage(blue.admin, 'settings');
      await blue.admin.type('default_daily_limit', '40');
      assert.equal((await blue.admin.submit()).modal, undefined);
      const page = await install(blue);
      assert.match(page.text, /did not change/);
      const { rendered } = await blue.member.openHome();
      assert.match(rendered, /Default daily limit: 40 a day/);
      assert.match(rendered, /The key ends in cdef/);
      await addGoogleInbox(blue.member, { address: 'jane@blue.com', channelId: blue.channelId });
      await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('jane@blue.com'));
      assert.equal(coldsend.ledger.at(-1)?.key, 'Blue');
    });

    await context.test('after a restart all of them are served', async () => {
      const asked = slack.ledger.calls.length;
      await agency.restart();
      for (const { member, channelId } of [acme, blue, coral]) {
        const { ephemeral } = await member.command('/add-inbox help', { channelId });
        assert.match(ephemeral?.text ?? '', /opens a form/);
      }
      await openForm(blue.member, blue.channelId);
      await closeAll(blue.member);
      for (const { teamId } of teams) {
        await slack.waitFor(
          () => slack.ledger.calls.slice(asked).find((call) => call.method === 'auth.test' && call.teamId === teamId),
          'Slack to be asked whether the workspace is still there',
        );
      }
    });

    assert.deepEqual(
      slack.problems.filter((problem) => !problem.includes('authorize page')),
      [],
    );
    for (const bot of agency.bots) {
      assert.doesNotMatch(bot.output(), /xoxb-|cs_live_|the state secret/);
      assert.ok(!bot.output().includes(slack.app.clientSecret));
    }
  });
}
