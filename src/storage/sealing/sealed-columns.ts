import type { Tables } from '../tables.ts';
import { keyContext, passwordsContext, responseUrlContext, tokenContext } from './seal-contexts.ts';
import type { SealContext } from './sealing.ts';

/** A column that holds sealed values, or null. */
export type SealedColumn = {
  table: keyof Tables;
  column: string;
  /** The table's primary key, a text. */
  key: string;
  /** The table that has the workspace of a row, where it isn't this one; its `id` is this one's `key`. */
  teamIn?: keyof Tables;
  contextOf(row: { key: string; teamId: string }): SealContext;
};

/**
 * Everywhere sealed values are kept, but for `sealed_check`, which has one for each key. A test looks for sealed values in all
 * columns of all tables, and fails where one is missing here.
 */
export const SEALED_COLUMNS: SealedColumn[] = [
  {
    table: 'coldsend_keys',
    column: 'sealed_key',
    key: 'id',
    contextOf: ({ key, teamId }) => keyContext(teamId, key),
  },
  {
    table: 'request_passwords',
    column: 'sealed',
    key: 'request_id',
    teamIn: 'requests',
    contextOf: ({ key, teamId }) => passwordsContext({ id: key, teamId }),
  },
  {
    table: 'requests',
    column: 'response_url',
    key: 'id',
    contextOf: ({ key, teamId }) => responseUrlContext({ id: key, teamId }),
  },
  {
    table: 'installations',
    column: 'sealed_token',
    key: 'team_id',
    contextOf: ({ key }) => tokenContext({ team_id: key }),
  },
];
