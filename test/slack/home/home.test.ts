import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnedKey } from '../../../src/add-inbox/keys/coldsend-key.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS } from '../../../src/add-inbox/people/workspace-settings.ts';
import type { Outcome } from '../../../src/add-inbox/request/outcome.ts';
import { type HomeToShow, renderHome as render } from '../../../src/slack/home/home.ts';
import { parseRemoval } from '../../../src/slack/home/home-clients.ts';
import { NEWEST_PLACE } from '../../../src/slack/home/latest/home-place.ts';
import type { Latest } from '../../../src/slack/home/latest/latest-list.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { assertView, textsOf } from '../blocks/block-kit.ts';
import { added, HOSTILE, key, longestAccount, request } from '../examples.ts';

type Shown = Partial<Omit<HomeToShow, 'latest'>> &
  Pick<HomeToShow, 'isAdmin'> & { key?: OwnedKey | undefined; latest: Latest[]; clientsPage?: number };

/** With the workspace's own key, the default settings, and nobody kept out, unless said otherwise. */
function renderHome({ key: own, latest, clientsPage = 0, ...home }: Shown) {
  const keys = own === undefined ? [] : [own];
  return render({
    userId: 'U0',
    mayNotAdd: undefined,
    keys,
    settings: DEFAULT_SETTINGS,
    hasSecurePage: true,
    links: new Map(),
    place: { ...NEWEST_PLACE, clientsPage },
    latest: { entries: latest, next: undefined },
    ...home,
  });
}

const actionsOf = (home: ReturnType<typeof renderHome>) =>
  home.blocks.flatMap((block) => ('elements' in block && block.type === 'actions' ? block.elements : []));

test('an admin can store a key where there is none, and replace or remove it where there is one', () => {
  const empty = renderHome({ isAdmin: true, key: undefined, latest: [] });
  const full = renderHome({ isAdmin: true, key, latest: [] });
  for (const home of [empty, full]) assertView(home);
  assert.match(JSON.stringify(actionsOf(empty)), /home_store_key/);
  assert.doesNotMatch(JSON.stringify(actionsOf(empty)), /home_remove_key/);
  assert.match(JSON.stringify(actionsOf(full)), /home_store_key.*home_remove_key.*"confirm"/);
});

test('a member is told who can', () => {
  for (const some of [undefined, key]) {
    const home = renderHome({ isAdmin: false, key: some, latest: [] });
    assertView(home);
    assert.deepEqual(actionIdsOf(home), ['home_add', 'home_add_many']);
    assert.match(textsOf(home, 'plain_text').join('\n'), /An admin or owner of this workspace can add, replace/);
  }
});

test('it shows the last four characters of the key, who stored it and when, and when it was checked', () => {
  const home = renderHome({ isAdmin: false, key, latest: [] });
  assert.match(textsOf(home, 'plain_text').join('\n'), /The key ends in wxyz\. It worked/);
  assert.match(
    textsOf(home, 'mrkdwn').join('\n'),
    /Saved by <@U9>, <!date.*2026-01-01 09:30 UTC>\. Last checked <!date/,
  );
});

test('it shows whether the key could be checked, and which scopes are missing', () => {
  const unchecked = renderHome({
    isAdmin: true,
    key: { ...key, status: 'unchecked', checkedAt: undefined },
    latest: [],
  });
  assertView(unchecked);
  assert.match(textsOf(unchecked, 'plain_text').join('\n'), /could not check it yet/);
  assert.doesNotMatch(textsOf(unchecked, 'mrkdwn').join('\n'), /Last checked/);
  const missingScopes = ['sender_accounts:write', HOSTILE];
  const refused = renderHome({ isAdmin: true, key: { ...key, status: 'refused', missingScopes }, latest: [] });
  assertView(refused);
  assert.match(
    textsOf(refused, 'plain_text').join('\n'),
    /ColdSend refused it.*Missing scopes: sender_accounts:write/s,
  );
  assert.ok(!textsOf(refused, 'mrkdwn').join('\n').includes('!channel'));
});

test('it says that there are none', () => {
  assert.match(
    textsOf(renderHome({ isAdmin: false, key, latest: [] }), 'plain_text').join('\n'),
    /There are no inboxes here yet/,
  );
});

test('ten of the longest fit, with whatever ColdSend wrote', () => {
  const outcome: Outcome = { kind: 'added', account: { ...added, overall_status: HOSTILE.repeat(100) } };
  const latest = Array.from({ length: 10 }, (_, index) => ({
    ...request,
    id: `req_${index}`,
    account: longestAccount,
    ...(index % 2 === 0 ? { outcome } : { waitsFor: 'key' as const }),
  }));
  const missingScopes = Array.from({ length: 500 }, () => 'x'.repeat(500));
  assertView(renderHome({ isAdmin: true, key: { ...key, status: 'refused', missingScopes }, latest }));
});

const channelIds = (from: number, count: number) => Array.from({ length: count }, (_, n) => `C${1e9 + from + n}`);

const clientKeys = (count: number, channels = 1): OwnedKey[] =>
  Array.from({ length: count }, (_, n) => ({
    ...key,
    owner: sampleClient(`Client ${String(n).padStart(3, '0')}`, ...channelIds(n * channels, channels)),
  }));

test('clients are listed by label, last four and channels, with buttons for admins only', () => {
  const keys = [key, ...clientKeys(2, 2)];
  const admin = renderHome({ isAdmin: true, keys, latest: [] });
  const member = renderHome({ isAdmin: false, keys, latest: [] });
  for (const home of [admin, member]) {
    assertView(home);
    assert.match(textsOf(home, 'plain_text').join('\n'), /Client 000: the key ends in wxyz\. It worked/);
    assert.ok(textsOf(home, 'mrkdwn').includes('<#C1000000000>, <#C1000000001>'));
  }
  assert.deepEqual(actionIdsOf(member), ['home_add', 'home_add_many']);
  const buttons = JSON.stringify(actionsOf(admin));
  assert.equal(buttons.match(/home_change_client/g)?.length, 2);
  assert.match(buttons, /Remove Client 000\?.*as CSV\. I remove the key ending in wxyz and 2 channels/);
});

test('the buttons that remove say which key they were made for', () => {
  const keys = clientKeys(2, 2).map((clientKey, n) => ({ ...clientKey, revision: `r${n}` }));
  const home = renderHome({ isAdmin: true, keys: [{ ...key, revision: 'own' }, ...keys], latest: [] });
  const valuesOf = (actionId: string) =>
    actionsOf(home).flatMap((element) =>
      'action_id' in element && 'value' in element && element.action_id === actionId ? [element.value] : [],
    );
  assert.deepEqual(valuesOf('home_remove_key'), ['own']);
  const removals = valuesOf('home_remove_client').map((value) => parseRemoval(value ?? ''));
  assert.deepEqual(
    removals,
    ['Client 000', 'Client 001'].map((name, n) => ({ owner: { kind: 'client', name }, stamp: `r${n}` })),
  );
  assert.deepEqual(parseRemoval('Acme'), { stamp: 'Acme', owner: WORKSPACE }, 'of a version that had no stamps');
});

test('before a key is removed it says what it is used for, and what comes then', () => {
  const blocked = { ...DEFAULT_SETTINGS, channelsWithoutClient: 'blocked' } as const;
  const confirmOf = (home: ReturnType<typeof renderHome>, actionId: string) => {
    assertView(home);
    const button = actionsOf(home).find((element) => 'action_id' in element && element.action_id === actionId);
    return JSON.stringify(button && 'confirm' in button ? button.confirm : undefined);
  };
  const cases: [keys: OwnedKey[], settings: HomeToShow['settings'], own: RegExp, client?: RegExp][] = [
    [[key], DEFAULT_SETTINGS, /ending in wxyz is used in all channels\. Without it, nobody can add inboxes until/],
    [
      [key, ...clientKeys(1)],
      DEFAULT_SETTINGS,
      /ending in wxyz is used in all channels without a client\. Without it, nobody can add inboxes there/,
      /and 1 channel; then I use the workspace's key there/,
    ],
    [
      [key, ...clientKeys(1, 3)],
      blocked,
      /ending in wxyz is not used with the current settings\./,
      /and 3 channels; then nobody can add inboxes there/,
    ],
    [clientKeys(1), DEFAULT_SETTINGS, /^undefined$/, /then nobody can add inboxes there/],
  ];
  for (const [keys, settings, own, client] of cases) {
    const home = renderHome({ isAdmin: true, keys, settings, latest: [] });
    assert.match(String(confirmOf(home, 'home_remove_key')), own);
    if (client !== undefined) assert.match(confirmOf(home, 'home_remove_client'), client);
  }
});

test('however many clients there are, a page of them fits, and the others are a press away', () => {
  const latest = Array.from({ length: 10 }, (_, index) => ({ ...request, id: `req_${index}` }));
  const seen = new Set<string>();
  for (let clientsPage = 0; clientsPage < 16; clientsPage += 1) {
    const home = renderHome({ isAdmin: true, keys: [key, ...clientKeys(310)], latest, clientsPage });
    assertView(home);
    for (const text of textsOf(home, 'plain_text')) {
      const label = /^(Client \d+): the key/.exec(text)?.[1];
      if (label !== undefined) seen.add(label);
    }
    const buttons = JSON.stringify(actionsOf(home));
    assert.equal(buttons.includes('home_previous_clients'), clientsPage > 0);
    assert.equal(buttons.includes('home_more_clients'), clientsPage < 15);
  }
  assert.equal(seen.size, 310);
  const beyond = renderHome({ isAdmin: true, keys: clientKeys(3), latest, clientsPage: 99 });
  assert.match(textsOf(beyond, 'plain_text').join('\n'), /Client 002/);
});

test('the longest names of clients, in any number of channels, fit', () => {
  const owner = sampleClient('😀'.repeat(20), ...channelIds(0, 400));
  const keys = [{ ...key, owner, missingScopes: [HOSTILE] }];
  assertView(renderHome({ isAdmin: true, keys, latest: [] }));
});

test('a member who may not add inboxes reads so, and why', () => {
  for (const [mayNotAdd, says] of [
    ['admins_only', /Only admins and owners may/],
    ['not_chosen', /You are not among the people/],
  ] as const) {
    const home = renderHome({ isAdmin: false, mayNotAdd, key, latest: [] });
    assertView(home);
    assert.match(textsOf(home, 'plain_text').join('\n'), says);
    assert.deepEqual(actionIdsOf(home), []);
  }
});

test('settings are there for everybody to see, and for admins to change', () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    whoMayAdd: {
      kind: 'chosen' as const,
      userIds: Array.from({ length: 100 }, (_, n) => `U${n + 1e9}`),
      userGroupIds: ['S1000000001'],
    },
    resultsChannelId: 'C7',
    defaultDailyLimit: 40,
    channelsWithoutClient: 'blocked' as const,
  };
  for (const isAdmin of [true, false]) {
    const home = renderHome({ isAdmin, settings, key, latest: [] });
    assertView(home);
    const text = textsOf(home, 'mrkdwn').join('\n');
    assert.match(text, /<!subteam\^S1000000001>, <@U1000000000>, .*… and 61 more, and admins and owners/);
    assert.match(text, /go to:\* <#C7>\n.*40 a day\n.*nobody can add inboxes/s);
    assert.equal(JSON.stringify(actionsOf(home)).includes('home_settings'), isAdmin);
    assert.equal(JSON.stringify(actionsOf(home)).includes('home_audit'), isAdmin);
  }
  const plain = textsOf(renderHome({ isAdmin: false, key, latest: [] }), 'mrkdwn').join('\n');
  assert.match(
    plain,
    /Everyone except guests\n.*the channel where \/add-inbox was used\n.*30 a day\n.*workspace's key/s,
  );
});

test('an inbox that cannot be read stands in its place, and hides no other', () => {
  const at = Date.UTC(2026, 0, 1, 9, 30);
  const unreadable = { unreadable: true, id: `REQ2${HOSTILE}${'x'.repeat(4_000)}`, at } as const;
  const home = renderHome({
    isAdmin: false,
    latest: [request, unreadable, { ...unreadable, at: undefined }, { ...request, id: 'REQ4' }],
  });
  assertView(home);
  const said = textsOf(home, 'mrkdwn').join('\n');
  assert.equal(said.split("I can't read this inbox").length, 3);
  assert.match(said, /I can't read this inbox\* · <!date.*2026-01-01 09:30 UTC/);
  assert.match(textsOf(home, 'plain_text').join('\n'), /Support code: REQ2/);
  assert.match(JSON.stringify(home), /inbox\.REQ4/);
});

test('settings and keys that cannot be read are shown as that, with what to do', () => {
  const settings = { ...DEFAULT_SETTINGS, whoMayAdd: { kind: 'unreadable' } } as const;
  const unreadable = { ...key, status: 'unreadable' } as const;
  const home = renderHome({ isAdmin: true, key: unreadable, latest: [], settings });
  assertView(home);
  assert.match(textsOf(home, 'mrkdwn').join('\n'), /because I can't read the settings\. Save them again/);
  assert.match(textsOf(home, 'plain_text').join('\n'), /I can't read it any more\. Inboxes wait/);
  assert.match(JSON.stringify(actionsOf(home)), /home_store_key.*home_remove_key/);
});

function actionIdsOf(home: ReturnType<typeof renderHome>): (string | undefined)[] {
  return actionsOf(home).map((element) => ('action_id' in element ? element.action_id : undefined));
}
