import type { ActionResult } from '../api.ts';
import type { Core } from '../core.ts';
import { type JsonObject, objectAt } from '../json.ts';
import { type PlacedElement, placedElements } from '../state/elements.ts';
import type { Block, Channel, Installation, PersonRecord, StoredMessage } from '../state/records.ts';
import type { OpenView } from '../state/views.ts';
import { ClientRefusal, chosenValue, findButton } from './client-form.ts';
import { actionPayload } from './payloads.ts';

export type ActionPlace = { view: OpenView } | { message: StoredMessage; channel: Channel };

/** Clicks a button by action_id or text, or picks an option of a menu that stands in a message. */
export async function clickButton(
  core: Core,
  person: PersonRecord,
  place: ActionPlace,
  name: string,
  confirmed: boolean,
): Promise<ActionResult> {
  const placed = findButtonOrOption(blocksOf(place), name);
  if (objectAt(placed.element, 'confirm') !== undefined && !confirmed)
    return { status: 'cancelled', trouble: undefined, ms: 0 };
  return dispatchAction(core, person, place, placed, placed.value);
}

/** Sends `block_actions` for one element and says what the person sees of the answer. */
export async function dispatchAction(
  core: Core,
  person: PersonRecord,
  place: ActionPlace,
  placed: PlacedElement,
  value: JsonObject | undefined,
): Promise<ActionResult> {
  const installation = owner(core, place);
  const { payload } = actionPayload({ core, person, installation }, place, placed, value);
  const { outcome, ms } = await core.deliveries.deliver('interactive', installation.teamId, payload);
  const trouble =
    outcome === 'ok' || outcome === 'bad_answer' ? undefined : 'Something went wrong: the app did not respond.';
  return { status: outcome, trouble, ms };
}

/** The installation whose app posted the message or opened the view: it gets the action, whoever acts. */
function owner(core: Core, place: ActionPlace): Installation {
  const found = [...core.state.workspaces.values()].find(({ installation, teamId }) =>
    'view' in place
      ? teamId === place.view.view.app_installed_team_id
      : installation !== undefined && installation.botUserId === place.message.userId,
  )?.installation;
  if (found === undefined) throw new ClientRefusal('the app that showed this is not installed any more');
  return found;
}

function blocksOf(place: ActionPlace): Block[] {
  return 'view' in place ? place.view.view.blocks : place.message.blocks;
}

function findButtonOrOption(blocks: Block[], name: string): PlacedElement & { value?: JsonObject } {
  for (const placed of placedElements(blocks)) {
    if (placed.type !== 'overflow') continue;
    const option = overflowOption(placed, name);
    if (option !== undefined) return { ...placed, value: { selected_option: option } };
  }
  return findButton(blocks, name);
}

function overflowOption(placed: PlacedElement, name: string): JsonObject | undefined {
  try {
    return objectAt(chosenValue({ ...placed, type: 'static_select' }, name), 'selected_option');
  } catch (error) {
    if (error instanceof ClientRefusal) return undefined;
    throw error;
  }
}
