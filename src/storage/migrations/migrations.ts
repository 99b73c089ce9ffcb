import { batches } from './0007-batches.ts';
import { secureLinks } from './0008-secure-links.ts';
import { inboxActionsAndAccessRequests } from './0009-inbox-actions-and-access-requests.ts';
import { matchingCodes } from './0011-matching-codes.ts';
import { clientPresets } from './0012-client-presets.ts';
import { remembered } from './0013-remembered.ts';
import { heldRequests } from './0014-held-requests.ts';
import type { Migration } from './migrate.ts';
import { requestsAndKeys } from './released/0001-requests-and-keys.ts';
import { turns } from './released/0002-turns.ts';
import { settingsAndAudit } from './released/0003-settings-and-audit.ts';
import { installations } from './released/0004-installations.ts';
import { noStatisticsOfSecrets } from './released/0005-no-statistics-of-secrets.ts';
import { setAside } from './released/0006-set-aside.ts';

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
  matchingCodes,
  clientPresets,
  remembered,
  heldRequests,
];
