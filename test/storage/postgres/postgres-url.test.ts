import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { toPostgresUrl } from '../../../src/storage/postgres/postgres-url.ts';
import { fc } from '../../project/properties.ts';

/** What `pg` makes of a URL. */
function readUrl(text: string) {
  const { user, password, host, port, database } = new pg.Client(toPostgresUrl(text) ?? assert.fail('no URL'));
  return { user, password, host, port, database };
}

test('a password may have any character, as it is or encoded', () => {
  const expected = { user: 'bot', host: 'db.example.com', port: 5433, database: 'inbox' };
  const hard = fc.string({ minLength: 1, unit: fc.constantFrom(...'aZ09@/:#?[]&=+ $!"\'<>\\^`{|}~é🔑,;.-_') });
  // Only what looks like an option of the URL has to be encoded.
  const isNoOption = (password: string) => !/\?\w+=/.test(password);
  fc.assert(
    fc.property(hard.filter(isNoOption), (password) => {
      for (const written of [password, encodeURIComponent(password)]) {
        assert.deepEqual(readUrl(`postgres://bot:${written}@db.example.com:5433/inbox`), { ...expected, password });
      }
    }),
  );
  assert.equal(readUrl('postgres://bot:100%@db.example.com/inbox').password, '100%');
  assert.equal(readUrl('postgres://bot:a%zz%41@db.example.com/inbox').password, 'a%zzA');
  assert.equal(readUrl('postgres://bot@acme:secret@db.example.com/inbox').user, 'bot@acme');
});

test('a URL without such characters means what it always meant', () => {
  for (const text of [
    'postgres://bot:secret@127.0.0.1:5432/inbox',
    'postgresql://bot:s%40cret@[::1]:5432/inbox?application_name=x',
    'postgres://bot@db/inbox',
    'postgres:///inbox?host=/run/postgresql&user=bot',
    'postgres://db:5432/inbox?user=bot@acme',
    'postgres://bot:secret@db/inbox?application_name=bot@acme',
    'postgres://bot:secret@db/inbox?sslmode=disable',
  ]) {
    assert.equal(toPostgresUrl(text), text);
  }
});

test('what is no URL is none', () => {
  for (const text of ['postgres://bot:secret', 'postgres://bot:secret@', 'postgres://bot:secret@db:port/inbox']) {
    assert.equal(toPostgresUrl(text), undefined, text);
  }
});

test('every mode that uses TLS checks the certificate, except no-verify and the modes of libpq', () => {
  const sslOf = (options: string) => new pg.Client(toPostgresUrl(`postgres://bot@db/inbox?${options}`)).ssl;
  for (const mode of ['prefer', 'require', 'verify-ca', 'verify-full']) {
    assert.deepEqual({ ...Object(sslOf(`sslmode=${mode}`)) }, {}, mode);
  }
  assert.deepEqual({ ...Object(sslOf('sslmode=no-verify')) }, { rejectUnauthorized: false });
  assert.deepEqual({ ...Object(sslOf('uselibpqcompat=true&sslmode=require')) }, { rejectUnauthorized: false });
  assert.equal(sslOf('sslmode=disable'), false);
});
