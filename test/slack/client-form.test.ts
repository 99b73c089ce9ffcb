import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONGEST_LABEL } from '../../src/add-inbox/coldsend-key.ts';
import type { KeyNotStored } from '../../src/add-inbox/store-key.ts';
import { parseClientForm, renderClientForm } from '../../src/slack/client-form.ts';
import { toKeyErrors } from '../../src/slack/key-errors.ts';
import { assertView, textsOf } from './block-kit.ts';
import { fieldsOf, typedView } from './typed-view.ts';

const KEY = 'cs_live_0123456789abcdef0123456789abcdef01234567';
const ACME = { label: 'Acme', channelIds: ['C1000000001', 'C1000000002'], lastFour: 'wxyz' };

test('a new client is named, and has channels and a key', () => {
  const view = renderClientForm('U1');
  assertView(view);
  assert.deepEqual(fieldsOf(view), ['client_label', 'client_channels', 'api_key']);
  assert.deepEqual(parseClientForm(typedView(view, { client_label: ' Acme\n ', api_key: KEY })), {
    label: 'Acme',
    isNew: true,
    stamp: '',
    channelIds: [],
    apiKey: KEY,
  });
});

test('one that is there keeps its name and comes up with its channels; its key may stay', () => {
  const view = renderClientForm('U1', ACME, 'abc');
  assertView(view);
  assert.deepEqual(fieldsOf(view), ['client_channels', 'api_key']);
  assert.match(textsOf(view, 'plain_text').join('\n'), /Acme uses the key ending in wxyz/);
  const { label, channelIds } = ACME;
  assert.deepEqual(parseClientForm(typedView(view)), { label, channelIds, isNew: false, stamp: 'abc', apiKey: '' });
  assert.ok(!JSON.stringify(view).includes(KEY));
});

test('a name of nothing that can be seen is empty', () => {
  const typed = { client_label: '\u200b\u2060 \u00ad', api_key: KEY };
  assert.equal(parseClientForm(typedView(renderClientForm('U1'), typed)).label, '');
  assert.equal(
    parseClientForm(typedView(renderClientForm('U1'), { ...typed, client_label: '\u2068Ac\u200bme\u2069' })).label,
    'Acme',
  );
});

test('the longest name fits', () => {
  assertView(renderClientForm('U1', { ...ACME, label: '😀'.repeat(LONGEST_LABEL / 2) }));
});

test('each mistake stands at its own field, in words of its own', () => {
  const view = typedView(renderClientForm('U1'));
  const mistakes: [KeyNotStored, string][] = [
    [{ kind: 'not_a_label' }, 'client_label.0'],
    [{ kind: 'label_taken' }, 'client_label.0'],
    [{ kind: 'no_channel' }, 'client_channels.0'],
    [{ kind: 'channel_taken', by: 'Globex' }, 'client_channels.0'],
    [{ kind: 'cannot_post', channelId: 'C1000000002' }, 'client_channels.0'],
    [{ kind: 'slack_silent' }, 'client_channels.0'],
    [{ kind: 'not_a_key' }, 'api_key.0'],
  ];
  const said = mistakes.map(([why, field]) => {
    const errors = toKeyErrors(why, view, ACME.channelIds);
    assert.deepEqual(Object.keys(errors), [field]);
    return errors[field];
  });
  assert.equal(new Set(said).size, mistakes.length);
  assert.match(said[4] ?? '', /channel 2 of these/);
  assert.match(
    toKeyErrors({ kind: 'cannot_post', channelId: 'C1' }, view, ['C1'])['client_channels.0'] ?? '',
    /in this channel/,
  );
});
