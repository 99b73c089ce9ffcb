import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromStoredName } from '../../../src/add-inbox/keys/key-owner.ts';
import { PRIVATE_METADATA } from '../../../src/slack/blocks/limits.ts';
import { decodePrivateMetadata, encodePrivateMetadata, openerOf } from '../../../src/slack/modals/private-metadata.ts';
import { UnreadableViewError } from '../../../src/slack/modals/unreadable-view-error.ts';
import { fc } from '../../project/properties.ts';

test('what a modal remembers is read back, whatever it is', () => {
  const contexts = fc.record(
    { openedBy: fc.string(), owner: fc.string({ unit: 'binary' }).map(fromStoredName), stamp: fc.string() },
    { noNullPrototype: true },
  );
  const more = fc.dictionary(fc.constantFrom('a', 'b', 'z'), fc.oneof(fc.string(), fc.boolean(), fc.nat()), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(contexts, more, (context, rest) => {
      const encoded = encodePrivateMetadata(context, rest);
      assert.deepEqual(decodePrivateMetadata(encoded), { ...context, more: rest });
      assert.doesNotMatch(encoded, /[&<>]/);
    }),
  );
});

test('what does not fit any more is left out', () => {
  const encoded = encodePrivateMetadata({ openedBy: 'U1' }, { a: 'x'.repeat(2_900), b: 'y'.repeat(100), c: 'z' });
  assert.ok(encoded.length <= PRIVATE_METADATA);
  assert.deepEqual(Object.keys(decodePrivateMetadata(encoded).more), ['a', 'c']);
});

test('whom a view was opened for can be read of each of them, and nobody of what is none of ours', () => {
  assert.equal(openerOf(encodePrivateMetadata({ openedBy: 'U1' }, { c: 'C1', z: 1 })), 'U1');
  assert.equal(openerOf(encodePrivateMetadata({ openedBy: 'U2', owner: { kind: 'client', name: 'Acme' } })), 'U2');
  for (const other of ['', 'garbage', '{"w":1}']) assert.equal(openerOf(other), '');
});

test('garbage is read or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (encoded) => {
      try {
        decodePrivateMetadata(encoded);
      } catch (error) {
        assert.ok(error instanceof UnreadableViewError);
      }
    }),
  );
});
