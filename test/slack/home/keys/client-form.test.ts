import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CLIENT_NAME } from '../../../../src/add-inbox/keys/coldsend-key.ts';
import { parseClientForm, renderClientForm } from '../../../../src/slack/home/keys/client-form.ts';
import { type KeyMistake, toKeyErrors } from '../../../../src/slack/home/keys/key-errors.ts';
import { sampleClient } from '../../../add-inbox/keys/sample-key.ts';
import { assertView, textsOf } from '../../blocks/block-kit.ts';
import { fieldsOf, typedView } from '../../modals/typed-view.ts';

const KEY = 'cs_live_0123456789abcdef0123456789abcdef01234567';
const ACME = sampleClient('Acme', 'C1000000001', 'C1000000002');

test('a new client is named, and has channels and a key', () => {
  const view = renderClientForm({ openedBy: 'U1', stamp: 's1' });
  assertView(view);
  assert.deepEqual(fieldsOf(view), ['client_label', 'client_channels', 'api_key']);
  assert.deepEqual(parseClientForm(typedView(view, { client_label: ' Acme\n ', api_key: KEY })), {
    kind: 'client',
    name: 'Acme',
    isNew: true,
    stamp: 's1',
    channelIds: [],
    apiKey: KEY,
  });
});

test('one that is there keeps its name and comes up with its channels; its key may stay', () => {
  const view = renderClientForm({ openedBy: 'U1', stamp: 'abc', client: { ...ACME, lastFour: 'wxyz' } });
  assertView(view);
  assert.deepEqual(fieldsOf(view), ['client_channels', 'api_key']);
  assert.match(textsOf(view, 'plain_text').join('\n'), /Acme uses the key ending in wxyz/);
  assert.deepEqual(parseClientForm(typedView(view)), { ...ACME, isNew: false, stamp: 'abc', apiKey: '' });
  assert.ok(!JSON.stringify(view).includes(KEY));
});

test('a name of nothing that can be seen is empty', () => {
  const typed = { client_label: '\u200b\u2060 \u00ad', api_key: KEY };
  assert.equal(parseClientForm(typedView(renderClientForm({ openedBy: 'U1', stamp: 'abc' }), typed)).name, '');
  assert.equal(
    parseClientForm(
      typedView(renderClientForm({ openedBy: 'U1', stamp: 'abc' }), {
        ...typed,
        client_label: '\u2068Ac\u200bme\u2069',
      }),
    ).name,
    'Acme',
  );
});

test('the longest name fits', () => {
  const client = { ...ACME, name: '😀'.repeat(MAX_CLIENT_NAME / 2), lastFour: 'wxyz' };
  assertView(renderClientForm({ openedBy: 'U1', stamp: 's1', client }));
});

test('each mistake stands at its own field, in words of its own', () => {
  const view = typedView(renderClientForm({ openedBy: 'U1', stamp: 's1' }));
  const mistakes: [KeyMistake, string][] = [
    [{ kind: 'not_a_label' }, 'client_label.0'],
    [{ kind: 'label_taken' }, 'client_label.0'],
    [{ kind: 'no_channel' }, 'client_channels.0'],
    [{ kind: 'channel_taken', by: 'Globex', channelIds: ['C1000000001'] }, 'client_channels.0'],
    [{ kind: 'cannot_post', channelIds: ['C1000000002'] }, 'client_channels.0'],
    [{ kind: 'slack_silent' }, 'client_channels.0'],
    [{ kind: 'not_a_key' }, 'api_key.0'],
  ];
  const said = mistakes.map(([why, field]) => {
    const errors = toKeyErrors(why, view);
    assert.deepEqual(Object.keys(errors), [field]);
    return errors[field];
  });
  assert.equal(new Set(said).size, mistakes.length);
});

test('of several channels those that are the problem are linked, and what was typed stays', () => {
  for (const kind of ['cannot_post', 'channel_taken'] as const) {
    const problem = { kind, by: 'Globex', channelIds: ['C1000000002', 'C1000000003'] };
    const channelIds = ['C1000000001', 'C1000000002', 'C1000000003'];
    const view = renderClientForm({ openedBy: 'U1', stamp: 's1', again: { channelIds, problem } });
    assertView(view);
    assert.match(
      textsOf(view, 'plain_text').join('\n'),
      kind === 'cannot_post' ? /can't post in these/ : /belong to Globex/,
    );
    assert.deepEqual(textsOf(view, 'mrkdwn'), ['<#C1000000002>, <#C1000000003>']);
    const parsed = parseClientForm(typedView(view, { client_label: 'Acme', api_key: KEY }));
    assert.deepEqual(parsed, { kind: 'client', name: 'Acme', isNew: true, stamp: 's1', channelIds, apiKey: KEY });
  }
});
