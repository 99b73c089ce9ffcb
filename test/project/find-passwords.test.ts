import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPasswords } from '../../faults/judging/find-passwords.ts';
import { createSealer } from '../../src/storage/sealing/sealing.ts';

const KEY = Buffer.alloc(32, 42);
const OTHER_KEY = Buffer.alloc(32, 7);
const CONTEXT = { purpose: 'request.passwords', teamId: 'T1', rowId: 'R1' };
const PASSWORDS = ['abcd efgh ijkl mnop', 'qrst uvwx yzab cdef'];
const sealed = createSealer([{ id: 'k1', key: KEY }]).seal(JSON.stringify({ smtp_password: PASSWORDS[0] }), CONTEXT);

test('passwords are found in the bytes of a database as they are and sealed with the key, also where the end is torn off', () => {
  assert.deepEqual(findPasswords(Buffer.from(`xx${PASSWORDS[1]}xx`), PASSWORDS, KEY), [PASSWORDS[1]]);
  assert.deepEqual(findPasswords(Buffer.from(`\0\0${sealed}\0`), PASSWORDS, KEY), [PASSWORDS[0]]);
  assert.deepEqual(findPasswords(Buffer.from(`\0${sealed.slice(0, -20)}\0`), PASSWORDS, KEY), [PASSWORDS[0]]);
});

test('what another key sealed, and what was overwritten, is not readable', () => {
  assert.deepEqual(findPasswords(Buffer.from(sealed), PASSWORDS, OTHER_KEY), []);
  assert.deepEqual(findPasswords(Buffer.from(`\0\0\0${sealed.slice(10)}`), PASSWORDS, KEY), []);
});
