import type { TestDatabases } from '../../test-databases.ts';
import { describeBatchLeases } from './batch-leases-suite.ts';
import { describeBatchLife } from './batch-life-suite.ts';
import { describeBatchLocks } from './batch-locks-suite.ts';
import { describeBatchRows } from './batch-rows-suite.ts';
import { describeDrafts } from './drafts-suite.ts';
import { describeFixes, describeFixesInForm } from './fixes-suite.ts';
import { describePageDrafts } from './page-drafts-suite.ts';

export function describeBatchSuites(databases: () => TestDatabases) {
  describeDrafts(databases());
  describeFixes(databases());
  describeFixesInForm(databases());
  describePageDrafts(databases());
  describeBatchLeases(databases());
  describeBatchLife(databases());
  describeBatchRows(databases());
  const several = databases();
  if (several.kind === 'postgres') describeBatchLocks(several);
}
