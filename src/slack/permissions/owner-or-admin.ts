import type { Person } from '../../add-inbox/people/person.ts';
import type { Interaction } from '../bolt/interaction.ts';
import type { Notice } from '../sentences/common.ts';
import { findNotice, type Permissions } from './permissions.ts';

/** Why a person may not go on, or the person. */
export type OwnerOrAdmin = { notice: Notice } | { notice: undefined; person: Person };

/**
 * Checks that a person may do something with what they started themselves, or that they are an admin.
 *
 * @param ownerId who started it; undefined where nobody knows
 * @param notTheirs for people who are neither. The usual words for people who are no admins are about keys and settings.
 */
export async function checkOwnerOrAdmin(
  permissions: Pick<Permissions, 'checkAdding' | 'checkAdmin'>,
  interaction: Interaction,
  ownerId: string | undefined,
  notTheirs: Notice,
): Promise<OwnerOrAdmin> {
  const isTheirs = ownerId === undefined || ownerId === interaction.actor.userId;
  const permission = await (isTheirs ? permissions.checkAdding : permissions.checkAdmin)(interaction);
  if (permission.kind === 'allowed') return { notice: undefined, person: permission.person };
  if (permission.kind === 'refused' && permission.why === 'not_admin') return { notice: notTheirs };
  return { notice: findNotice(permission) ?? notTheirs };
}
