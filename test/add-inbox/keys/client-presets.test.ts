import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createDomainCheck,
  fillInName,
  NO_PRESETS,
  type OwnedPresets,
  readDomains,
} from '../../../src/add-inbox/keys/client-presets.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';

const client = (name: string) => ({ kind: 'client', name }) as const;

const ALL: OwnedPresets[] = [
  { owner: client('Acme'), presets: { ...NO_PRESETS, domains: ['acme.com', 'xn--mller-kva.de'] } },
  { owner: client('Globex'), presets: { ...NO_PRESETS, domains: ['globex.com'] } },
  { owner: client('Open'), presets: NO_PRESETS },
];

for (const [owner, address, isOther] of [
  [client('Acme'), 'jane@acme.com', false],
  [client('Acme'), 'jane@MAIL.Acme.com', false],
  [client('Acme'), 'jane@müller.de', false],
  [client('Acme'), 'jane@notacme.com', true],
  [client('Acme'), 'jane@globex.com', true],
  [client('Open'), 'jane@free.com', false],
  [client('Open'), 'jane@eu.globex.com', true],
  [client('New'), 'jane@acme.com', true],
  [WORKSPACE, 'jane@free.com', false],
  [WORKSPACE, 'jane@acme.com', true],
] as const) {
  const whose = owner.kind === 'workspace' ? 'the workspace' : owner.name;
  test(`${address} for ${whose} is ${isOther ? 'of another domain' : 'expected'}`, () => {
    assert.equal(createDomainCheck(ALL, owner)(address), isOther);
  });
}

test('a name pattern takes the part before the @, as often as it is in there', () => {
  assert.equal(fillInName('{local} from Acme', ' jane.doe@acme.com '), 'jane.doe from Acme');
  assert.equal(fillInName('{local} ({local})', 'a@b.com'), 'a (a)');
  assert.equal(fillInName('Jane', 'a@b.com'), 'Jane');
  assert.equal(fillInName('{local}$&', '$&@b.com'), '$&$&');
});

test('domains are read however they are separated, and what is none is named', () => {
  assert.deepEqual(readDomains(' Acme.com, müller.de;\n jane@acme.com\tb.io '), {
    domains: ['acme.com', 'xn--mller-kva.de', 'b.io'],
    wrong: [],
  });
  assert.deepEqual(readDomains('acme, 10.0.0.1 https://a.com'), {
    domains: [],
    wrong: ['acme', '10.0.0.1', 'https://a.com'],
  });
  assert.deepEqual(readDomains('  '), { domains: [], wrong: [] });
});
