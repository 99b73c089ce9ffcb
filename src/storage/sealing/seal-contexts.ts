import type { SealContext } from './sealing.ts';

/*
 * The purpose of each stored secret. It is bound into the sealed value, so changing a purpose here makes existing values
 * unreadable.
 */

export function passwordsContext({ id, teamId }: { id: string; teamId: string }): SealContext {
  return { purpose: 'request.passwords', teamId, rowId: id };
}

export function draftContext({ id, teamId }: { id: string; teamId: string }): SealContext {
  return { purpose: 'batch.draft', teamId, rowId: id };
}

export function responseUrlContext({ id, teamId }: { id: string; teamId: string }): SealContext {
  return { purpose: 'request.response_url', teamId, rowId: id };
}

export function keyContext(teamId: string, id: string): SealContext {
  return { purpose: 'coldsend_key', teamId, rowId: id };
}

export function tokenContext({ team_id }: { team_id: string }): SealContext {
  return { purpose: 'installation.token', teamId: team_id, rowId: team_id };
}
