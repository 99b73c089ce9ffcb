import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSealer, type SealContext, SealError, type Sealer } from '../../src/storage/sealing.ts';

const KEY = { id: 'k-1_A', key: new Uint8Array(32).fill(1) };
const OTHER = { id: 'other', key: new Uint8Array(32).fill(2) };
const CONTEXT: SealContext = { purpose: 'test', teamId: 'T1', rowId: 'r1' };

const text = fc.string({ unit: 'binary', maxLength: 600 });
const context: fc.Arbitrary<SealContext> = fc.record({
  purpose: fc.string({ maxLength: 8 }),
  teamId: fc.string({ maxLength: 8 }),
  rowId: fc.string({ maxLength: 8 }),
});

describe('sealing', () => {
  const sealer = createSealer([KEY, OTHER]);

  test('what was sealed opens in its place', () => {
    fc.assert(
      fc.property(text, context, (plaintext, place) => {
        assert.equal(sealer.open(sealer.seal(plaintext, place), place), plaintext);
      }),
    );
  });

  test('the sealed text names version and key and is new each time', () => {
    const sealed = sealer.seal('secret', CONTEXT);
    assert.match(sealed, /^v1\.k-1_A\.[A-Za-z0-9_-]+$/);
    assert.notEqual(sealer.seal('secret', CONTEXT), sealed);
    assert.equal(sealer.keyIdOf(sealed), 'k-1_A');
    assert.equal(sealer.primaryKeyId, 'k-1_A');
  });

  test('the first key seals, each opens what it sealed', () => {
    const before = createSealer([OTHER]).seal('old', CONTEXT);
    assert.equal(sealer.open(before, CONTEXT), 'old');
    assert.equal(sealer.keyIdOf(before), 'other');
    assertRefused(createSealer([OTHER]), sealer.seal('new', CONTEXT));
  });

  test('another purpose, workspace or row does not open it', () => {
    fc.assert(
      fc.property(text, context, context, (plaintext, place, elsewhere) => {
        fc.pre(JSON.stringify(Object.values(place)) !== JSON.stringify(Object.values(elsewhere)));
        assertRefused(sealer, sealer.seal(plaintext, place), elsewhere);
      }),
    );
  });

  test('parts of the place that run into each other stay apart', () => {
    const sealed = sealer.seal('x', { purpose: 'a', teamId: 'b","c', rowId: 'd' });
    assertRefused(sealer, sealed, { purpose: 'a', teamId: 'b', rowId: 'c","d' });
    assertRefused(sealer, sealer.seal('x', { purpose: 'ab', teamId: '', rowId: '' }), {
      purpose: 'a',
      teamId: 'b',
      rowId: '',
    });
  });

  test('a changed, added or missing character does not open', () => {
    const character = fc.string({ unit: 'binary', minLength: 0, maxLength: 1 });
    fc.assert(
      fc.property(
        text,
        fc.nat(),
        character,
        fc.integer({ min: 0, max: 1 }),
        (plaintext, position, inserted, removed) => {
          const sealed = sealer.seal(plaintext, CONTEXT);
          const at = position % (sealed.length + 1);
          const changed = sealed.slice(0, at) + inserted + sealed.slice(at + removed);
          fc.pre(changed !== sealed);
          assertRefused(sealer, changed);
        },
      ),
    );
  });

  test('every other last character is refused, those that decode to the same bytes too', () => {
    const sealed = sealer.seal('xy', CONTEXT);
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=') {
      const changed = sealed.slice(0, -1) + last;
      if (changed !== sealed) assertRefused(sealer, changed);
    }
  });

  test('a key of the same name does not open it', () => {
    assertRefused(createSealer([{ ...OTHER, id: KEY.id }]), sealer.seal('x', CONTEXT));
  });

  test('a key does not open under the name of another', () => {
    const sealed = createSealer([KEY]).seal('x', CONTEXT);
    const renamed = sealed.replace(KEY.id, 'alias');
    assertRefused(createSealer([KEY, { ...KEY, id: 'alias' }]), renamed);
  });

  test('garbage is refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (garbage) => assertRefused(sealer, garbage)));
    for (const garbage of [
      '',
      '.',
      '..',
      'v1..',
      `v1.${KEY.id}.`,
      `v1.${KEY.id}.AAAA`,
      `v2.${KEY.id}.${'A'.repeat(60)}`,
    ]) {
      assertRefused(sealer, garbage);
    }
    assert.throws(() => sealer.keyIdOf('v1.k'), SealError);
  });

  test('keys that cannot be used are refused, without showing them', () => {
    const key = new Uint8Array(32).fill(0x41);
    for (const keys of [
      [],
      [{ id: 'short', key: key.subarray(1) }],
      [{ id: 'long', key: new Uint8Array(33).fill(0x41) }],
      [{ id: 'with.dot', key }],
      [{ id: '', key }],
      [
        { id: 'same', key },
        { id: 'same', key: KEY.key },
      ],
    ]) {
      assert.throws(
        () => createSealer(keys),
        (error) => error instanceof TypeError && !error.message.includes('AAAA') && !error.message.includes('65'),
      );
    }
  });

  test('the caller may wipe its copy of a key', () => {
    const key = new Uint8Array(32).fill(3);
    const mine = createSealer([{ id: 'mine', key }]);
    const sealed = mine.seal('x', CONTEXT);
    key.fill(0);
    assert.equal(mine.open(sealed, CONTEXT), 'x');
  });
});

function assertRefused(sealer: Sealer, sealed: string, place = CONTEXT) {
  assert.throws(
    () => sealer.open(sealed, place),
    (error) =>
      error instanceof SealError && error.message === 'a sealed value could not be opened' && error.cause === undefined,
  );
}
