/** One thing about a domain's DNS that makes its mail arrive or not. `unknown`: DNS did not answer. */
export type DomainVerdict = {
  mx: 'found' | 'missing' | 'null_mx' | 'unknown';
  /** `broken`: there is a mistake in the record, or in one that it includes, so that it does not count. */
  spf:
    | 'good'
    | 'weak'
    | 'open'
    | 'missing'
    | 'several'
    | 'too_many_look_ups'
    | 'broken'
    | 'without_provider'
    | 'unknown';
  dmarc: 'enforced' | 'monitoring' | 'missing' | 'broken' | 'unknown';
  /** `not_found` says nothing more than that: the selector may be another one. */
  dkim: 'found' | 'not_found' | 'unknown';
};

export type JudgedDomain = { domain: string; verdict: DomainVerdict };
