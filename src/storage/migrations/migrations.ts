import { requestsAndKeys } from './0001-requests-and-keys.ts';
import { turns } from './0002-turns.ts';
import { settingsAndAudit } from './0003-settings-and-audit.ts';
import { installations } from './0004-installations.ts';
import { noStatisticsOfSecrets } from './0005-no-statistics-of-secrets.ts';
import { setAside } from './0006-set-aside.ts';
import { batches } from './0007-batches.ts';
import { secureLinks } from './0008-secure-links.ts';
import { inboxActionsAndAccessRequests } from './0009-inbox-actions-and-access-requests.ts';
import { clientPresets } from './0012-client-presets.ts';
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
];
