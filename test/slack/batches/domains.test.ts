import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DomainVerdict, JudgedDomain } from '../../../src/add-inbox/account/domain-verdict.ts';
import { renderDomains } from '../../../src/slack/batches/domains.ts';
import { renderSummary } from '../../../src/slack/batches/summary.ts';
import { sampleBatch, sampleRow } from '../../add-inbox/batch/sample-batch.ts';
import { assertMessage, textsOf } from '../blocks/block-kit.ts';

const GOOD: DomainVerdict = { mx: 'found', spf: 'good', dmarc: 'enforced', dkim: 'found' };

const judged = (domain: string, verdict: Partial<DomainVerdict> = {}): JudgedDomain => ({
  domain,
  verdict: { ...GOOD, ...verdict },
});

function adviceOn(domains: JudgedDomain[]): string {
  const message = renderDomains(domains);
  assertMessage(message);
  return message.blocks.flatMap((block) => textsOf(block, 'plain_text')).join('\n');
}

test('domains with the same advice stand together, and those with nothing to do in one line', () => {
  const advice = adviceOn([
    judged('a.com', { spf: 'missing' }),
    judged('b.com'),
    judged('c.com', { spf: 'missing' }),
    judged('d.com', { mx: 'missing', dmarc: 'unknown' }),
    judged('e.com', { dkim: 'unknown' }),
    judged('f.com'),
  ]);
  assert.equal(
    advice,
    [
      'The DNS records of these domains need attention, or their mail may land in spam:',
      'a.com, c.com\n• SPF: There is no record. Add the one that your mail provider shows.',
      "d.com\n• MX: There is no record, so nobody can reply. Add your mail provider's records.\n• DMARC: We couldn't look it up.",
      "e.com: We couldn't look up some of the DNS records.",
      "b.com, f.com: The DNS records look good (MX, SPF, DMARC, DKIM). You don't need to do anything.",
    ].join('\n\n'),
  );
});

test('of many domains, as many as fit are named, and the others are counted', () => {
  const same = Array.from({ length: 8 }, (_, index) => judged(`d${index}.com`, { spf: 'open' }));
  assert.match(adviceOn(same), /\nd0\.com, d1\.com, d2\.com, d3\.com, d4\.com, 3 more\n• SPF: The record lets/);

  const kinds = { spf: ['missing', 'open', 'several', 'weak'], dmarc: ['missing', 'unknown', 'enforced'] } as const;
  const all = kinds.spf.flatMap((spf) =>
    kinds.dmarc.flatMap((dmarc) =>
      (['found', 'missing', 'null_mx'] as const).map((mx) =>
        judged(`${`${spf}-${dmarc}-${mx}.`.repeat(6)}com`.replaceAll('_', '-'), { spf, dmarc, mx, dkim: 'not_found' }),
      ),
    ),
  );
  assert.match(
    adviceOn([...all, judged('good.com')]),
    /\n… and \d+ more domains\n\ngood\.com: The DNS records look good/,
  );
});

test('a summary without failures has only the advice; after failures it follows their buttons', () => {
  const domains = [judged('a.com')];
  const alone = renderSummary({ batch: sampleBatch(), failed: [], domains }, 'table');
  assert.deepEqual(
    alone.blocks.map(({ block_id }) => block_id),
    ['domains'],
  );
  assert.match(alone.text, /a\..?com: The DNS records look good/);
  const failed = [sampleRow({ outcome: { kind: 'expired' } })];
  const below = renderSummary({ batch: sampleBatch(), failed, domains }, 'sections');
  assertMessage(below);
  assert.deepEqual(
    below.blocks.map(({ type }) => type),
    ['section', 'section', 'actions', 'section'],
  );
});
