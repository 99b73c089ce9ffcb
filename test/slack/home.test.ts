import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../src/add-inbox/outcome.ts';
import { renderHome } from '../../src/slack/home.ts';
import { assertView, textsOf } from './block-kit.ts';
import { added, HOSTILE, key, longestAccount, outcomes, request } from './examples.ts';

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
    assert.deepEqual(actionsOf(home), []);
    assert.match(textsOf(home, 'plain_text').join('\n'), /An admin or owner of this workspace can store, replace/);
  }
});

test('it shows the last four characters of the key, who stored it and when, and when it was checked', () => {
  const home = renderHome({ isAdmin: false, key, latest: [] });
  assert.match(textsOf(home, 'plain_text').join('\n'), /ending in wxyz is stored. It worked/);
  assert.match(
    textsOf(home, 'mrkdwn').join('\n'),
    /Stored by <@U9>, <!date.*2026-01-01 09:30 UTC>\. Last checked <!date/,
  );
});

test('it shows whether the key could be checked, and which scopes are missing', () => {
  const unchecked = renderHome({
    isAdmin: true,
    key: { ...key, status: 'unchecked', checkedAt: undefined },
    latest: [],
  });
  assertView(unchecked);
  assert.match(textsOf(unchecked, 'plain_text').join('\n'), /could not be checked yet/);
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

test('it shows the latest inboxes with address, person, time and outcome', () => {
  const latest = Object.values(outcomes).map((outcome, index) => ({ ...request, id: `req_${index}`, outcome }));
  const home = renderHome({ isAdmin: false, key, latest });
  assertView(home);
  const lines = textsOf(home, 'mrkdwn').slice(1);
  assert.equal(lines.length, latest.length);
  for (const line of lines) assert.match(line, /\*Inbox|\*Not known/);
  assert.match(lines[0] ?? '', /<@U1> · <!date.*2026-01-02 14:00 UTC>/);
  assert.ok(textsOf(home, 'plain_text').includes('overall_status: PENDING (ColdSend is still validating it)'));
  assert.equal(textsOf(home, 'plain_text').filter((text) => text === 'jane@acme.com\nJane Doe').length, latest.length);
});

test('it says that there are none', () => {
  assert.match(
    textsOf(renderHome({ isAdmin: false, key, latest: [] }), 'plain_text').join('\n'),
    /None has been added yet/,
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
