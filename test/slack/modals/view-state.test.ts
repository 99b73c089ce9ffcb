import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { encodePrivateMetadata } from '../../../src/slack/modals/private-metadata.ts';
import { UnreadableViewError } from '../../../src/slack/modals/unreadable-view-error.ts';
import { readView } from '../../../src/slack/modals/view-state.ts';

const private_metadata = encodePrivateMetadata({ openedBy: 'U1' });

function input(block_id: string) {
  return { type: 'input', block_id };
}

test('fields are found in the blocks where the state leaves them out', () => {
  const view = { private_metadata, blocks: [input('smtp_host.3'), input('smtp_port.3')], state: { values: {} } };
  assert.deepEqual(
    [...readView(view).inputs],
    [
      ['smtp_host', 'smtp_host.3'],
      ['smtp_port', 'smtp_port.3'],
    ],
  );
  const { isShown, textOf } = readView(view);
  assert.deepEqual([isShown('smtp_host'), isShown('imap_host'), textOf('smtp_host')], [true, false, undefined]);
  assert.deepEqual([...readView({ blocks: [input('smtp_host.3')] }).inputs.keys()], ['smtp_host'], 'no state at all');
});

test('fields are found in the state where the view comes without its blocks', () => {
  const view = { private_metadata, state: { values: { 'smtp_host.3': { smtp_host: { value: 'smtp.acme.com' } } } } };
  assert.deepEqual([...readView(view).inputs], [['smtp_host', 'smtp_host.3']]);
  const { isShown, textOf } = readView(view);
  assert.deepEqual([isShown('smtp_host'), textOf('smtp_host')], [true, 'smtp.acme.com']);
});

test('blocks that are no inputs, and ids that are not ours, are no fields', () => {
  const view = {
    blocks: [
      { type: 'section', block_id: 'smtp_host.1' },
      { type: 'input' },
      { type: 'input', block_id: null },
      input('smtp_host'),
      input('Smtp_host.1'),
      input('smtp_host.x'),
      input('smtp_host.1.2'),
    ],
    state: { values: { random: { x: { value: 'y' } } } },
  };
  assert.deepEqual([...readView(view).inputs], []);
});

test('what was typed or chosen is read from the block of its field, whatever kind of input it is', () => {
  const { textOf, isTicked, listOf } = readView({
    private_metadata,
    state: {
      values: {
        'smtp_host.1': { smtp_host: { value: ' smtp.acme.com ' } },
        'smtp_port.1': { smtp_port: { value: '' } },
        'imap_host.1': { imap_host: { value: null } },
        'inbox_type.1': { inbox_type: { selected_option: { value: 'CUSTOM_SMTP' } } },
        'results.1': { results: { selected_conversation: 'C9' } },
        'smtp_use_tls.1': { smtp_use_tls: { selected_options: [{ value: 'on' }] } },
        'imap_use_ssl.1': { imap_use_ssl: { selected_options: [] } },
        'users.1': { users: { selected_users: ['U1', 'U2'] } },
        'channels.1': { channels: { selected_conversations: ['C1'] } },
        'groups.1': { groups: { selected_options: [{ value: 'S1' }, { value: 'S2' }] } },
        'display_name.1': { another: { value: 'x' } },
      },
    },
  });
  assert.equal(textOf('smtp_host'), ' smtp.acme.com ', 'as it was typed');
  assert.equal(textOf('inbox_type'), 'CUSTOM_SMTP');
  assert.equal(textOf('results'), 'C9');
  for (const field of ['smtp_port', 'imap_host', 'display_name', 'unheard_of']) assert.equal(textOf(field), undefined);
  assert.deepEqual([isTicked('smtp_use_tls'), isTicked('imap_use_ssl'), isTicked('smtp_port')], [true, false, false]);
  assert.deepEqual([listOf('users'), listOf('channels'), listOf('groups')], [['U1', 'U2'], ['C1'], ['S1', 'S2']]);
  assert.deepEqual(listOf('unheard_of'), []);
});

test('what the view remembers comes along', () => {
  const { metadata } = readView({
    private_metadata: encodePrivateMetadata({ openedBy: 'U1', stamp: 's' }, { c: 'C1' }),
  });
  assert.deepEqual(metadata, { openedBy: 'U1', owner: WORKSPACE, stamp: 's', more: { c: 'C1' } });
});

test('what can be no view of ours is unreadable', () => {
  for (const view of [
    undefined,
    null,
    'view',
    1,
    { private_metadata: 1 },
    { private_metadata: 'garbage' },
    { private_metadata, blocks: {} },
    { private_metadata, blocks: [{}] },
    { private_metadata, state: { values: [] } },
    { private_metadata, state: { values: { 'smtp_host.1': { smtp_host: { value: 1 } } } } },
    { private_metadata, state: { values: { 'a.1': { a: { selected_option: {} } } } } },
  ]) {
    assert.throws(() => readView(view), UnreadableViewError, JSON.stringify(view));
  }
});

test('one view is read once', () => {
  const view = { private_metadata };
  assert.equal(readView(view), readView(view));
  assert.notEqual(readView(view), readView({ ...view }));
});
