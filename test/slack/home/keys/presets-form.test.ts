import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_DOMAINS, NO_PRESETS } from '../../../../src/add-inbox/keys/client-presets.ts';
import { parsePresetsForm, renderPresetsForm } from '../../../../src/slack/home/keys/presets-form.ts';
import { assertView } from '../../blocks/block-kit.ts';
import { typedView } from '../../modals/typed-view.ts';

const ACME = { kind: 'client', name: 'Acme' } as const;

const domain = (index: number) => `d${index}.com`;

function submit(typed: Record<string, string>) {
  const view = renderPresetsForm('U1', ACME, { presets: NO_PRESETS, stamp: 's1' });
  return parsePresetsForm(typedView(view, typed));
}

test('presets are shown again as they were saved', () => {
  const presets = {
    dailyLimit: 45,
    namePattern: '{local} from Acme',
    domains: Array.from({ length: MAX_DOMAINS }, (_, index) => domain(index)),
  };
  const view = renderPresetsForm('U1', ACME, { presets, stamp: 's1' });
  assertView(view);
  assert.deepEqual(parsePresetsForm(typedView(view, {})), { owner: ACME, stamp: 's1', ok: true, presets });
});

test('domains in capitals, of other scripts, of addresses and several times are one each', () => {
  const read = submit({ preset_domains: 'ACME.com; müller.de,\n@acme.com jane@XN--MLLER-KVA.de' });
  assert.deepEqual(read.ok && read.presets.domains, ['acme.com', 'xn--mller-kva.de']);
});

for (const [what, field, typed, says] of [
  ['a limit of zero', 'preset_daily_limit', '0', /whole number/],
  ['a limit with a fraction', 'preset_daily_limit', '1.5', /whole number/],
  ['another word in braces', 'preset_name', '{first} {local}', /\{local\} or plain words/],
  ['an open brace', 'preset_name', '{local', /\{local\} or plain words/],
  ['an invisible character', 'preset_name', 'a\u0000b', /\{local\} or plain words/],
  ['a word that is no domain', 'preset_domains', 'acme.com nonsense', /“nonsense” is not a domain/],
  ['an IP address', 'preset_domains', '10.0.0.1', /is not a domain/],
  ['a link', 'preset_domains', 'https://acme.com/', /is not a domain/],
  ['5,000 domains', 'preset_domains', Array.from({ length: 5_000 }, (_, i) => domain(i)).join('\n'), /at most 100/],
] as const) {
  test(`${what} is refused at its field`, () => {
    const read = submit({ [field]: typed });
    assert.ok(!read.ok);
    assert.deepEqual(Object.keys(read.errors), [`${field}.0`]);
    assert.match(Object.values(read.errors).join(), says);
  });
}
