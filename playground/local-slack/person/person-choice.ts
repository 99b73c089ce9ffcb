import type { Core } from '../core.ts';
import { objectAt, stringsAt } from '../json.ts';
import type { PlacedElement } from '../state/elements.ts';
import type { Channel, PersonRecord } from '../state/records.ts';
import { canRead } from '../state/visible-channels.ts';
import { ClientRefusal } from './client-form.ts';

/** Turns names of people and channels into ids; throws a ClientRefusal for what the menu does not offer this person. */
export function resolveChoice(
  core: Core,
  person: PersonRecord,
  { element, type }: PlacedElement,
  choice: string | string[] | undefined,
): string | string[] | undefined {
  const most = element.max_selected_items;
  if (Array.isArray(choice) && typeof most === 'number' && choice.length > most) {
    throw new ClientRefusal(`at most ${most} can be chosen`);
  }
  if (type.includes('users_select')) return eachOf(choice, (name) => findPerson(core, person, name));
  if (type.includes('channels_select')) {
    return eachOf(choice, (name) => findChannel(core, person, name, ({ kind }) => kind === 'public'));
  }
  if (type.includes('conversations_select')) {
    const kinds = stringsAt(objectAt(element, 'filter'), 'include');
    return eachOf(choice, (name) =>
      findChannel(core, person, name, ({ kind }) => kinds.length === 0 || kinds.includes(kind)),
    );
  }
  return choice;
}

function eachOf(
  choice: string | string[] | undefined,
  resolve: (name: string) => string,
): string | string[] | undefined {
  return Array.isArray(choice) ? choice.map(resolve) : choice === undefined ? undefined : resolve(choice);
}

function findPerson(core: Core, { teamId }: PersonRecord, name: string): string {
  const offered = [...core.state.people.values()].filter(
    (candidate) => candidate.teamId === teamId && !candidate.deleted,
  );
  return found(offered, name, 'person');
}

function findChannel(core: Core, person: PersonRecord, name: string, isOffered: (channel: Channel) => boolean): string {
  const offered = [...core.state.channels.values()].filter(
    (channel) => canRead(channel, person) && !channel.is_archived && isOffered(channel),
  );
  return found(offered, name, 'conversation');
}

function found(offered: { id: string; name: string }[], name: string, what: string): string {
  const match =
    offered.find(({ id }) => id === name) ?? offered.find((candidate) => candidate.name === name.replace(/^[#@]/, ''));
  if (match === undefined) throw new ClientRefusal(`the menu offers no ${what} ${name}`);
  return match.id;
}
