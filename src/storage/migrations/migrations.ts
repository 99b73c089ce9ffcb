import { batches } from './0007-batches.ts';
import { secureLinks } from './0008-secure-links.ts';
import { inboxActionsAndAccessRequests } from './0009-inbox-actions-and-access-requests.ts';
import { clientPresets } from './0012-client-presets.ts';
import { remembered } from './0013-remembered.ts';
import { requestsAndKeys } from './first-version/0001-requests-and-keys.ts';
import { turns } from './first-version/0002-turns.ts';
import { settingsAndAudit } from './first-version/0003-settings-and-audit.ts';
import { installations } from './first-version/0004-installations.ts';
import { noStatisticsOfSecrets } from './first-version/0005-no-statistics-of-secrets.ts';
import { setAside } from './first-version/0006-set-aside.ts';
import type { Migration } from './migrate.ts';

/** In the order they are applied. Migrations only add to the schema, because the previous version still runs during a deploy. */
export const MIGRATIONS: Migration[] = [
  requestsAndKeys,
  turns,
  settingsAndAudit,
  installations,
  noStatisticsOfSecrets,
  setAside,
  batches,
  secureLinks,
  inboxActionsAndAccessRequests,
  clientPresets,
  remembered,
];
