import { objectAt, objectsAt, stringAt, stringsAt, textAt } from '../../local-slack/json.ts';
import type { JsonObject } from '../../local-slack/local-slack.ts';
import type { Snapshot } from '../snapshot.ts';

export type Option = { value: string; text: string; description?: string | undefined };

const KINDS = { public: 'public', private: 'private', dm: 'im', app: 'im' } as const;

/** What can be chosen in a menu, a group of radio buttons or of checkboxes. */
export function listOptions(element: JsonObject, { cast, me, conversations }: Snapshot): Option[] {
  const type = stringAt(element, 'type') ?? '';
  if (type.includes('users_select')) {
    return cast.filter(({ teamId }) => teamId === me.teamId).map(({ userId, name }) => ({ value: userId, text: name }));
  }
  if (type.includes('channels_select') || type.includes('conversations_select')) {
    const included = type.includes('channels') ? ['public'] : stringsAt(objectAt(element, 'filter'), 'include');
    return conversations
      .filter(({ kind }) => included.length === 0 || included.includes(KINDS[kind]))
      .map(({ id, name, kind }) => ({ value: id, text: KINDS[kind] === 'im' ? name : `#${name}` }));
  }
  const grouped = objectsAt(element, 'option_groups').flatMap((group) => objectsAt(group, 'options'));
  return [...objectsAt(element, 'options'), ...grouped].map((option) => ({
    value: stringAt(option, 'value') ?? '',
    text: textAt(option, 'text') ?? '',
    description: textAt(option, 'description'),
  }));
}

/** What a menu with one choice holds until a person chooses, in the form in which Slack keeps it. */
export function chosenAtFirst({ initial_option, initial_user }: JsonObject): JsonObject {
  return { selected_option: initial_option ?? null, selected_user: initial_user ?? null };
}

/** The values of what is chosen, from what Slack keeps of a field. */
export function chosenIn(held: JsonObject | undefined): string[] {
  const options = [objectAt(held, 'selected_option'), ...objectsAt(held, 'selected_options')];
  const ids = ['user', 'channel', 'conversation'].flatMap((what) => [
    stringAt(held, `selected_${what}`),
    ...stringsAt(held, `selected_${what}s`),
  ]);
  return [...options.map((option) => stringAt(option, 'value')), ...ids].filter((value) => value !== undefined);
}
