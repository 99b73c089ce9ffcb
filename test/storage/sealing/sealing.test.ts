import assert from 'node:assert/strict';
import { createDecipheriv } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  createSealer,
  type SealContext,
  SealError,
  type Sealer,
  sealedPrefix,
} from '../../../src/storage/sealing/sealing.ts';
import { fc } from '../../project/properties.ts';

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

  test('no six bytes of a nonce are used a second time, however much is sealed', () => {
    const seen = new Set<string>();
    const values: Set<number>[] = Array.from({ length: 12 }, () => new Set());
    for (let sealings = 0; sealings < 1_000; sealings += 1) {
      const sealed = sealer.seal('secret', CONTEXT);
      assert.equal(sealer.open(sealed, CONTEXT), 'secret');
      const nonce = bytesOf(sealed).subarray(0, 12);
      for (const [at, byte] of nonce.entries()) {
        values[at]?.add(byte);
        if (at > 6) continue;
        const piece = nonce.toString('hex', at, at + 6);
        assert.ok(!seen.has(piece), `after ${sealings} values`);
        seen.add(piece);
      }
    }
    // Of a random byte nearly all 256 values are seen in a thousand.
    for (const [at, { size }] of values.entries()) assert.ok(size > 200, `byte ${at} had ${size} values`);
  });

  test('it is AES-256-GCM, with the nonce before and the whole tag behind', () => {
    const sealed = sealer.seal('secret', CONTEXT);
    const bytes = bytesOf(sealed);
    assert.equal(bytes.length, 12 + 'secret'.length + 16);
    const decipher = createDecipheriv('aes-256-gcm', KEY.key, bytes.subarray(0, 12));
    decipher.setAAD(Buffer.from(JSON.stringify(['v1', KEY.id, 'test', 'T1', 'r1'])));
    decipher.setAuthTag(bytes.subarray(-16));
    assert.equal(decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8'), 'secret');
    assert.equal(sealedPrefix(KEY.id), 'v1.k-1_A.');
    assert.ok(sealed.startsWith(sealedPrefix(KEY.id)));
  });

  test('with anything before or behind it a sealed value does not open', () => {
    const sealed = sealer.seal('secret', CONTEXT);
    for (const added of ['.', '.x', '.v1', ' ', '\n', '=', 'A', '\0', `.${sealed}`, sealed]) {
      assertRefused(sealer, `${sealed}${added}`);
      assertRefused(sealer, `${added}${sealed}`);
      if (added.startsWith('.')) assert.throws(() => sealer.keyIdOf(`${sealed}${added}`), SealError);
    }
  });

  test('what is too short to have a nonce and a tag is refused', () => {
    const { length } = bytesOf(sealer.seal('', CONTEXT));
    assert.equal(length, 28);
    for (let bytes = 0; bytes < length; bytes += 1) {
      const sealed = `v1.${KEY.id}.${Buffer.alloc(bytes).toString('base64url')}`;
      assertRefused(sealer, sealed);
      assert.throws(() => sealer.keyIdOf(sealed), SealError);
    }
  });

  test('each part of the place counts for itself', () => {
    const sealed = sealer.seal('secret', CONTEXT);
    for (const change of [{ purpose: 'other' }, { teamId: 'T2' }, { rowId: 'r2' }]) {
      assertRefused(sealer, sealed, { ...CONTEXT, ...change });
    }
  });

  test('the id of a key has up to 64 letters, digits, - and _', () => {
    const key = new Uint8Array(32).fill(4);
    const id = 'Zz09-_'.padEnd(64, 'x');
    const long = createSealer([{ id, key }]);
    assert.equal(long.open(long.seal('x', CONTEXT), CONTEXT), 'x');
    assert.throws(() => createSealer([{ id: `${id}x`, key }]), TypeError);
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
    assert.throws(() => sealer.keyIdOf(`v1.no id.${'A'.repeat(60)}`), SealError);
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

function bytesOf(sealed: string): Buffer {
  return Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
}

function assertRefused(sealer: Sealer, sealed: string, place = CONTEXT) {
  assert.throws(
    () => sealer.open(sealed, place),
    (error) =>
      error instanceof SealError &&
      error.name === 'SealError' &&
      error.message === 'a sealed value could not be opened' &&
      error.cause === undefined,
  );
}
