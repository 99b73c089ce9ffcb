/** One thing about a domain's DNS that makes its mail arrive or not. `unknown`: DNS did not answer. */
export type DomainVerdict = {
  mx: 'found' | 'missing' | 'null_mx' | 'unknown';
  spf: 'good' | 'weak' | 'open' | 'missing' | 'several' | 'too_many_look_ups' | 'without_provider' | 'unknown';
  dmarc: 'enforced' | 'monitoring' | 'missing' | 'unknown';
  /** `not_found` says nothing more than that: the selector may be another one. */
  dkim: 'found' | 'not_found' | 'unknown';
};

export type JudgedDomain = { domain: string; verdict: DomainVerdict };
