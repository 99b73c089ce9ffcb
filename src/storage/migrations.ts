import type { Migration } from './migrate.ts';
import { requestsAndKeys } from './migrations/0001-requests-and-keys.ts';
import { turns } from './migrations/0002-turns.ts';
import { settingsAndAudit } from './migrations/0003-settings-and-audit.ts';
import { installations } from './migrations/0004-installations.ts';
import { noStatisticsOfSecrets } from './migrations/0005-no-statistics-of-secrets.ts';
import { setAside } from './migrations/0006-set-aside.ts';

/** In the order they are applied. They only ever add: the version before runs beside this one during a deploy. */
export const MIGRATIONS: Migration[] = [
  requestsAndKeys,
  turns,
  settingsAndAudit,
  installations,
  noStatisticsOfSecrets,
  setAside,
];
