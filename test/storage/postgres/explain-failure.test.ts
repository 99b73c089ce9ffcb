import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainFailure, isPostgresFault } from '../../../src/storage/postgres/explain-failure.ts';

test('a host that DNS does not know is not named: it may be a part of the password', () => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND hunter2'), { code: 'ENOTFOUND' });
  const sentence =
    "PostgreSQL can't be used: the host can't be found (ENOTFOUND). Check the host and the port in DATABASE_URL, and that PostgreSQL accepts connections from this machine.";
  assert.equal(explainFailure(error), sentence);
  assert.equal(explainFailure(new AggregateError([error])), sentence);
});

test('an error that nobody foresaw is quoted without advice', () => {
  assert.equal(explainFailure(new Error('out of memory')), "PostgreSQL can't be used: out of memory.");
});

test('what the server says of itself is its fault; a wrong statement is ours, and a connection may be to somebody else', () => {
  const of = (fields: object): boolean => isPostgresFault(Object.assign(new Error('no'), fields));
  for (const code of ['53100', '57P01', '25006']) assert.equal(of({ severity: 'ERROR', code }), true, code);
  assert.equal(of({ severity: 'ERROR', code: '42703' }), false);
  assert.equal(of({ code: 'ECONNREFUSED', syscall: 'connect' }), false);
});
