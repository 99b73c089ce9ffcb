import type { ActionResult, ClickTarget, Person } from '../api.ts';
import type { Core } from '../core.ts';
import { type JsonObject, objectAt, stringsAt } from '../json.ts';
import type { PlacedElement } from '../state/elements.ts';
import type { PersonRecord } from '../state/records.ts';
import type { OpenView } from '../state/views.ts';
import { canRead } from '../state/visible-channels.ts';
import { ClientRefusal, chosenValue, findField, heldValue, setValue, tickedValue, typedValue } from './client-form.ts';
import { resolveChoice } from './person-choice.ts';
import { clickButton, dispatchAction } from './person-click.ts';
import { sendCommand } from './person-command.ts';
import { attachedValue } from './person-files.ts';
import { openHome } from './person-home.ts';
import { closeModals, submitModal } from './person-submit.ts';
import { homeSeen, messagesSeen, modalSeen } from './seen.ts';

/** A person at Slack's client; the same driver for tests and for a page in a browser. */
export function createPerson(core: Core, userId: string): Person {
  const { state, views, messages, keeper } = core;
  const record = (): PersonRecord => state.getPerson(userId);
  /** For what a signed-out client can't begin; what was on the screen can still be sent in that moment. */
  const self = (): PersonRecord => {
    const person = record();
    if (person.deleted) throw new ClientRefusal(`${person.name} is deactivated and signed out`);
    return person;
  };
  const { teamId } = state.getPerson(userId);
  /** The surface that was looked at last, where no modal is open. */
  let homeIsOpen = false;

  function home(): OpenView | undefined {
    return views.homeOf(teamId, userId);
  }

  function onScreen(): OpenView {
    const open = views.top(userId) ?? (homeIsOpen ? home() : undefined);
    if (open === undefined) throw new ClientRefusal(`${record().name} has neither a modal nor the Home open`);
    return open;
  }

  function modalSeenText(top: OpenView | undefined): string {
    return top === undefined ? 'none' : modalSeen(core, top).rendered;
  }

  async function change(open: OpenView, placed: PlacedElement, value: JsonObject): Promise<ActionResult | undefined> {
    setValue(open, placed, value);
    delete open.errors[placed.blockId];
    views.touch(open);
    const dispatches = placed.block.type === 'input' ? placed.block.dispatch_action === true : true;
    return dispatches ? dispatchAction(core, self(), { view: open }, placed, value) : undefined;
  }

  function inMessageOrView(target: ClickTarget | undefined) {
    if (typeof target === 'object') {
      const message = messages.find(target.channelId, target.ts);
      const channel = state.channels.get(target.channelId);
      const isHidden = message?.onlyFor !== undefined && message.onlyFor !== userId;
      if (message === undefined || channel === undefined || isHidden || !canRead(channel, record())) {
        throw new ClientRefusal(`${record().name} sees no message ${target.ts} in ${target.channelId}`);
      }
      return { message, channel };
    }
    const open = target === 'home' ? home() : target === 'modal' ? views.top(userId) : onScreen();
    if (open === undefined) throw new ClientRefusal(`${record().name} has no ${target} open`);
    return { view: open };
  }

  return {
    userId,
    teamId,
    command: async (line, options = {}) => sendCommand(core, self(), line, options),
    modal() {
      const top = views.top(userId);
      return top === undefined ? undefined : modalSeen(core, top);
    },
    modals: () => views.stackOf(userId).map((open) => modalSeen(core, open)),
    waitForModal(predicate = () => true, options = {}) {
      const find = () => {
        const top = views.top(userId);
        const seen = top === undefined ? undefined : modalSeen(core, top);
        return seen !== undefined && predicate(seen) ? seen : undefined;
      };
      const open = () => modalSeenText(views.top(userId));
      return keeper.waitFor(find, () => `a modal of ${state.getPerson(userId).name}; open is ${open()}`, options);
    },
    async type(field, text) {
      self();
      const open = onScreen();
      const placed = findField(open, field);
      setValue(open, placed, typedValue(placed, text));
      delete open.errors[placed.blockId];
      views.touch(open);
      if (dispatchesOn(placed, 'on_character_entered')) {
        await dispatchAction(core, self(), { view: open }, placed, heldValue(open, placed));
      }
    },
    async pressEnter(field) {
      const open = onScreen();
      const placed = findField(open, field);
      if (!dispatchesOn(placed, 'on_enter_pressed')) return { status: 'ok', trouble: undefined, ms: 0 };
      return dispatchAction(core, self(), { view: open }, placed, heldValue(open, placed));
    },
    async choose(field, option) {
      self();
      const open = onScreen();
      const placed = findField(open, field);
      return change(open, placed, chosenValue(placed, resolveChoice(core, self(), placed, option)));
    },
    async tick(field, option, ticked = true) {
      self();
      const open = onScreen();
      const placed = findField(open, field);
      return change(open, placed, tickedValue(open, placed, option, ticked));
    },
    async attach(field, files) {
      const open = onScreen();
      const placed = findField(open, field);
      const attached = attachedValue(core, self(), open, placed, files);
      if ('value' in attached) return change(open, placed, attached.value);
      open.errors[placed.blockId] = attached.error;
      views.touch(open);
      return undefined;
    },
    async submit() {
      const open = views.top(userId);
      if (open === undefined) throw new ClientRefusal(`${record().name} has no modal open`);
      return submitModal(core, record(), open);
    },
    async close({ all = false } = {}) {
      const open = views.top(userId);
      if (open === undefined) throw new ClientRefusal(`${record().name} has no modal open`);
      await closeModals(core, record(), open, all);
    },
    click: async (button, { in: target, confirm = true } = {}) =>
      clickButton(core, record(), inMessageOrView(target), button, confirm),
    async openHome(tab = 'home') {
      homeIsOpen = true;
      return openHome(core, self(), tab);
    },
    home: () => homeSeen(core, home()),
    in: (channelId) => messagesSeen(core, self(), channelId),
    botDm() {
      const bot = state.getWorkspace(teamId).installation?.botUserId;
      return bot === undefined ? undefined : state.findDm(bot, userId)?.id;
    },
    channels: () => [...state.channels.values()].filter((channel) => canRead(channel, self())),
    say(channelId, text, { threadTs } = {}) {
      const channel = state.getChannel(channelId);
      if (!channel.members.has(self().id)) throw new ClientRefusal(`${self().name} is not in ${channel.name}`);
      if (channel.is_archived) throw new ClientRefusal(`${channel.name} is archived`);
      return messages.post({ channelId, userId, text, threadTs });
    },
  };
}

/** A text field dispatches on Enter unless it asks for something else. */
function dispatchesOn({ block, element }: PlacedElement, trigger: string): boolean {
  if (block.dispatch_action !== true) return false;
  const triggers = stringsAt(objectAt(element, 'dispatch_action_config'), 'trigger_actions_on');
  return triggers.length === 0 ? trigger === 'on_enter_pressed' : triggers.includes(trigger);
}
