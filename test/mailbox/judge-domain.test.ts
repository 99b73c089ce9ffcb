import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeDomain } from '../../src/mailbox/judge-domain.ts';
import { createRecordedDns, mx, type Zone } from './recorded-dns.ts';

const judge = (zone: Zone, domain = 'acme.com', smtpHost = 'smtp.gmail.com') =>
  judgeDomain(createRecordedDns(zone), domain, smtpHost);

const TWO: Zone = { 'two.com': { txt: ['v=spf1 -all', 'v=spf1 ~all'] } };

const google = { '_spf.google.com': { txt: ['v=spf1 ip4:192.0.2.0/24 ~all'] } };

test('a domain in order', async () => {
  const zone: Zone = {
    ...google,
    'acme.com': { mx: mx('smtp.google.com'), txt: ['x', 'v=spf1 include:_spf.google.com ~all'] },
    '_dmarc.acme.com': { txt: ['v=DMARC1; p=reject; rua=mailto:d@acme.com'] },
    'google._domainkey.acme.com': { txt: ['v=DKIM1; k=rsa; p=MIGf'] },
  };
  assert.deepEqual(await judge(zone), { mx: 'found', spf: 'good', dmarc: 'enforced', dkim: 'found' });
});

test('a domain with nothing, and one that nobody answers for', async () => {
  assert.deepEqual(await judge({ 'acme.com': {} }), {
    mx: 'missing',
    spf: 'missing',
    dmarc: 'missing',
    dkim: 'not_found',
  });
  const failing: Zone = { 'acme.com': { mx: 'failed', txt: 'failed' }, '_dmarc.acme.com': { txt: 'failed' } };
  const { mx: exchangers, spf, dmarc } = await judge(failing);
  assert.deepEqual([exchangers, spf, dmarc], ['unknown', 'unknown', 'unknown']);
  assert.equal((await judge({ 'acme.com': { mx: mx('') } })).mx, 'null_mx');
});

describe('SPF', () => {
  const spfOf = async (record: string | string[], more: Zone = {}) =>
    (
      await judge({
        ...google,
        ...TWO,
        ...more,
        'acme.com': { txt: [record].flat(), a: ['192.0.2.1'], mx: mx('x.com') },
      })
    ).spf;
  const cases: [record: string | string[], verdict: string][] = [
    ['v=spf1 include:_spf.google.com -all', 'good'],
    ['V=SPF1 INCLUDE:_spf.google.com ~ALL', 'good'],
    ['v=spf1 include:_spf.google.com ?all', 'weak'],
    ['v=spf1 include:_spf.google.com', 'weak'],
    ['v=spf1 include:_spf.google.com +all', 'open'],
    ['v=spf1 all', 'open'],
    ['v=spf1 a mx -all', 'without_provider'],
    ['v=spf10 include:_spf.google.com -all', 'missing'],
    [['v=spf1 include:_spf.google.com -all', 'v=spf1 -all'], 'several'],
    ['v=spf1 include:_spf.google.com. ~all', 'good'],
    ['v=spf1 ~all include:_spf.google.com', 'without_provider'],
    ['v=spf1 -include:_spf.google.com ~all', 'without_provider'],
    ['v=spf1 include:_spf.google.com ip4:192.0.2.1/24 ip6:2001:db8::/32 a/24 mx:acme.com//64 x=y ~all', 'good'],
    ['v=spf1 include:_spf.google.com exists:%{i}._spf.%{d} exists:%{lr/}.x.com include:%{d}.x.com ~all', 'good'],
    ['v=spf1 include:_spf.google.com redirect=x.com ~all', 'good'],
    ['v=spf1 inlcude:_spf.google.com ~all', 'broken'],
    ['v=spf1 include: _spf.google.com ~all', 'broken'],
    ['v=spf1 include:_spf.google.com ip4:mail.acme.com ~all', 'broken'],
    ['v=spf1 include:_spf.google.com include:nobody.com ~all', 'broken'],
    ['v=spf1 include:_spf.google.com include:two.com ~all', 'broken'],
    ['v=spf1 redirect=nobody.com', 'broken'],
    ['v=spf1 include:_spf.google.com a:x.acme.com mx:y.acme.com ~all', 'good'],
    ['v=spf1 include:_spf.google.com a:x.acme.com mx:y.acme.com exists:z.acme.com ~all', 'broken'],
    [`v=spf1 ${'include:_spf.google.com '.repeat(11)}~all`, 'too_many_look_ups'],
    [`v=spf1 ${Array.from({ length: 11 }, (_, n) => `a:h${n}.acme.com`).join(' ')} -all`, 'too_many_look_ups'],
  ];
  for (const [record, verdict] of cases) {
    test(`${String(record).slice(0, 60)}: ${verdict}`, async () => assert.equal(await spfOf(record), verdict));
  }

  test("any of a provider's includes will do", async () => {
    const zone = (include: string): Zone => ({
      'acme.com': { txt: [`v=spf1 include:${include} ~all`] },
      [include]: { txt: ['v=spf1 ~all'] },
    });
    for (const include of ['zoho.eu', 'zohomail.eu', 'spf.zoho.eu'])
      assert.equal((await judge(zone(include), 'acme.com', 'SMTP.zoho.eu')).spf, 'good', include);
    assert.equal((await judge(zone('zoho.com'), 'acme.com', 'smtp.zoho.eu')).spf, 'without_provider');
  });

  test('a redirect decides in place of all', async () => {
    const target: Zone = { 'spf.acme.com': { txt: ['v=spf1 include:_spf.google.com -all'] } };
    assert.equal(await spfOf('v=spf1 redirect=spf.acme.com', target), 'good');
  });

  test('an included record does not decide for the domain', async () => {
    assert.equal(
      await spfOf('v=spf1 include:_spf.google.com include:x.com', { 'x.com': { txt: ['v=spf1 +all'] } }),
      'weak',
    );
  });

  test('records that include each other come to an end', async () => {
    const ring: Zone = {
      'a.com': { txt: ['v=spf1 include:b.com -all'] },
      'b.com': { txt: ['v=spf1 include:a.com -all'] },
    };
    assert.equal(await spfOf('v=spf1 include:a.com include:_spf.google.com -all', ring), 'too_many_look_ups');
    assert.equal(await spfOf('v=spf1 include:acme.com -all'), 'too_many_look_ups');
    const chain: Zone = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`c${n}.com`, { txt: [`v=spf1 include:c${n + 1}.com -all`] }]),
    );
    assert.equal(await spfOf('v=spf1 include:c0.com -all', chain), 'too_many_look_ups');
  });

  test('an include that nobody answers for is not known', async () => {
    assert.equal(await spfOf('v=spf1 include:x.com -all', { 'x.com': { txt: 'failed' } }), 'unknown');
  });
});

describe('DMARC', () => {
  const dmarcOf = async (zone: Zone, domain = 'mail.acme.com') => (await judge(zone, domain)).dmarc;

  test('the record of a name above holds, with its policy for names below', async () => {
    assert.equal(await dmarcOf({ '_dmarc.acme.com': { txt: ['v=DMARC1; p=none; sp=reject'] } }), 'enforced');
    assert.equal(await dmarcOf({ '_dmarc.acme.com': { txt: ['v=DMARC1; p=reject; sp=none'] } }), 'monitoring');
    const failingAbove: Zone = {
      '_dmarc.acme.com': { txt: ['v=DMARC1;p=quarantine'] },
      '_dmarc.com': { txt: 'failed' },
    };
    assert.equal(await dmarcOf(failingAbove), 'enforced');
    assert.equal(await dmarcOf({ '_dmarc.com': { txt: 'failed' } }), 'unknown');
  });

  test('p=none, no policy, another version, two records', async () => {
    const own = (...records: string[]) => dmarcOf({ '_dmarc.mail.acme.com': { txt: records } });
    assert.equal(await own('v=DMARC1; p=none'), 'monitoring');
    assert.equal(await own('v=DMARC1; rua=mailto:x@y.z'), 'monitoring');
    assert.equal(await own('v=DMARC2; p=reject'), 'missing');
    assert.equal(await own('v=DMARC1; p=reject', 'v=DMARC1; p=none'), 'broken');
    assert.equal(await own('v = DMARC1 ; p = Quarantine'), 'enforced');
    assert.equal(await own('v=DMARC1; p=quarantine; t=y'), 'monitoring');
    assert.equal(await own('v=DMARC1; p=rejected; rua=mailto:x@y.z'), 'monitoring');
    assert.equal(await own('v=DMARC1; p=rejected'), 'broken');
    assert.equal(await own('v=DMARC1'), 'broken');
  });

  test('of several records above, the one of the organization holds', async () => {
    const records = (psd: string): Zone => ({
      '_dmarc.b.acme.com': { txt: ['v=DMARC1; p=reject'] },
      '_dmarc.acme.com': { txt: [`v=DMARC1; p=none${psd}`] },
    });
    assert.equal(await dmarcOf(records(''), 'a.b.acme.com'), 'monitoring');
    assert.equal(await dmarcOf(records('; psd=y'), 'a.b.acme.com'), 'enforced', 'acme.com is a public suffix');
    assert.equal(await dmarcOf(records('; psd=y'), 'x.a.b.acme.com'), 'enforced');
    assert.equal(await dmarcOf(records('; psd=y'), 'c.acme.com'), 'monitoring', 'the one of the public suffix');
    const ends: Zone = {
      '_dmarc.b.acme.com': { txt: ['v=DMARC1; p=reject; psd=n'] },
      '_dmarc.acme.com': { txt: 'failed' },
    };
    assert.equal(await dmarcOf(ends, 'a.b.acme.com'), 'enforced', 'nobody asks further up');
  });

  test('a long name asks at most eight times', async () => {
    const dns = createRecordedDns({});
    await judgeDomain(dns, 'a.b.c.d.e.f.g.h.i.j.k.acme.com', 'smtp.x.com');
    const asked = dns.asked.filter((name) => name.startsWith('txt _dmarc.'));
    assert.equal(asked.length, 8);
    assert.equal(asked[1], 'txt _dmarc.g.h.i.j.k.acme.com');
  });
});

test('a DKIM key that may be at the selector that nobody answers for is not known', async () => {
  const failing: Zone = { 'acme.com': {}, 's1._domainkey.acme.com': { txt: 'failed' } };
  assert.equal((await judge(failing)).dkim, 'unknown');
  assert.equal((await judge({ ...failing, 's2._domainkey.acme.com': { txt: ['k=rsa; p = MIGf'] } })).dkim, 'found');
});

test('a DKIM key that was taken back is no key', async () => {
  const revoked: Zone = { 'acme.com': {}, 'default._domainkey.acme.com': { txt: ['v=DKIM1; p='] } };
  assert.equal((await judge(revoked)).dkim, 'not_found');
});
