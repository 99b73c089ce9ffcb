import type { Tables } from '../tables.ts';
import { draftContext, keyContext, passwordsContext, responseUrlContext, tokenContext } from './seal-contexts.ts';
import type { SealContext } from './sealing.ts';

/** A column that holds sealed values or null. */
export type SealedColumn = {
  table: keyof Tables;
  column: string;
  /** The table's primary key, a text column. */
  key: string;
  /** The table that has the row's workspace, if it isn't this one. Its `id` matches this table's `key`. */
  teamIn?: keyof Tables;
  contextOf(row: { key: string; teamId: string }): SealContext;
};

/**
 * All places with sealed values, except `sealed_check`, which has one value for each key. A test searches all columns of all
 * tables for sealed values, and fails if one is missing here.
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
    table: 'batch_drafts',
    column: 'sealed',
    key: 'id',
    contextOf: ({ key, teamId }) => draftContext({ id: key, teamId }),
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
