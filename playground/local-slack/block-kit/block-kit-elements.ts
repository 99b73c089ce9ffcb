import { type JsonObject, objectAt, objectsAt, stringAt } from '../json.ts';
import {
  anything,
  boolean,
  byType,
  type Check,
  lengthOf,
  list,
  matching,
  oneOf,
  plainText,
  problem,
  type Shape,
  shape,
  string,
  text,
  wholeNumber,
  withRule,
} from './block-kit-check.ts';

/* https://docs.slack.dev/reference/block-kit/block-elements and /composition-objects */

const confirm = shape({
  required: { title: plainText(100), text: text({ max: 300 }), confirm: plainText(30), deny: plainText(30) },
  optional: { style: oneOf('primary', 'danger') },
});

const menuOption = option(plainText(75), {});
const overflowOption = option(plainText(75), { url: string({ min: 1, max: 3000 }) });
const tickOption = option(text({ max: 75 }), {});

const id = string({ min: 1, max: 255 });
const url = string({ min: 1, max: 3000 });
const slackId = string({ min: 1, max: 255 });
const slackIds = list(slackId, { max: 100 });
const placeholder = plainText(150);
const date = matching(/^\d{4}-\d\d-\d\d$/, 'a date like 2026-01-31');
const time = matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like 09:30');
const maxSelected = wholeNumber({ min: 1, max: 1000 });
const dispatchConfig = shape({
  optional: { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { max: 2 }) },
});
const conversationFilter = shape({
  optional: {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { max: 4 }),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
});

export const button = element('button', {
  required: { text: plainText(75) },
  optional: {
    url,
    value: string({ max: 2000 }),
    style: oneOf('primary', 'danger'),
    confirm,
    accessibility_label: string({ min: 1, max: 75 }),
  },
});

const overflow = element('overflow', {
  required: { options: list(overflowOption, { max: 5 }) },
  optional: { confirm },
});

const checkboxes = withRule(
  element('checkboxes', {
    required: { options: list(tickOption, { max: 10 }) },
    optional: { initial_options: list(tickOption, { max: 10 }), confirm, focus_on_load: boolean },
  }),
  optionsHold,
);

const radioButtons = withRule(
  element('radio_buttons', {
    required: { options: list(tickOption, { max: 10 }) },
    optional: { initial_option: tickOption, confirm, focus_on_load: boolean },
  }),
  optionsHold,
);

const staticMenu = {
  options: list(menuOption, { max: 100 }),
  option_groups: list(shape({ required: { label: plainText(75), options: list(menuOption, { max: 100 }) } }), {
    max: 100,
  }),
};

const selects: { [type: string]: Check } = {
  static_select: withRule(select('static_select', { ...staticMenu, initial_option: menuOption }), menuHolds),
  external_select: select('external_select', {
    initial_option: menuOption,
    min_query_length: wholeNumber({ min: 0, max: 1000 }),
  }),
  users_select: select('users_select', { initial_user: slackId }),
  channels_select: select('channels_select', { initial_channel: slackId, response_url_enabled: boolean }),
  conversations_select: select('conversations_select', {
    initial_conversation: slackId,
    default_to_current_conversation: boolean,
    response_url_enabled: boolean,
    filter: conversationFilter,
  }),
  multi_static_select: withRule(
    multiSelect('multi_static_select', { ...staticMenu, initial_options: list(menuOption, { max: 100 }) }),
    menuHolds,
  ),
  multi_external_select: multiSelect('multi_external_select', {
    initial_options: list(menuOption, { max: 100 }),
    min_query_length: wholeNumber({ min: 0, max: 1000 }),
  }),
  multi_users_select: multiSelect('multi_users_select', { initial_users: slackIds }),
  multi_channels_select: multiSelect('multi_channels_select', { initial_channels: slackIds }),
  multi_conversations_select: multiSelect('multi_conversations_select', {
    initial_conversations: slackIds,
    default_to_current_conversation: boolean,
    filter: conversationFilter,
  }),
};

const pickers: { [type: string]: Check } = {
  datepicker: picker('datepicker', { initial_date: date, placeholder }),
  timepicker: picker('timepicker', { initial_time: time, placeholder, timezone: string({ min: 1, max: 100 }) }),
};
const dateTimePicker = picker('datetimepicker', { initial_date_time: wholeNumber({ min: 1e9, max: 9_999_999_999 }) });

const typed = { placeholder, dispatch_action_config: dispatchConfig, focus_on_load: boolean };

const plainTextInput = withRule(
  element('plain_text_input', {
    optional: {
      ...typed,
      initial_value: string({ max: 3000 }),
      multiline: boolean,
      min_length: wholeNumber({ min: 0, max: 3000 }),
      max_length: wholeNumber({ min: 1, max: 3000 }),
    },
  }),
  lengthsHold,
);

const numberInput = withRule(
  element('number_input', {
    required: { is_decimal_allowed: boolean },
    optional: {
      ...typed,
      initial_value: string({ min: 1, max: 3000 }),
      min_value: string({ min: 1, max: 3000 }),
      max_value: string({ min: 1, max: 3000 }),
    },
  }),
  numbersHold,
);

export const image: Check = withRule(
  shape(
    {
      required: { alt_text: string({ min: 1, max: 2000 }) },
      optional: { image_url: url, slack_file: anything },
    },
    'image',
  ),
  (value, path) =>
    (value.image_url === undefined) === (value.slack_file === undefined)
      ? problem('must define either image_url or slack_file', path)
      : [],
);

/** What may stand in an `actions` block. */
export const actionElement = byType('element', {
  button,
  checkboxes,
  radio_buttons: radioButtons,
  overflow,
  datetimepicker: dateTimePicker,
  ...pickers,
  ...selects,
});

/** What may stand beside a section's text. */
export const accessory = byType('element', {
  button,
  checkboxes,
  radio_buttons: radioButtons,
  overflow,
  image,
  ...pickers,
  ...selects,
});

const inputs: { [type: string]: Check } = {
  checkboxes,
  radio_buttons: radioButtons,
  datetimepicker: dateTimePicker,
  plain_text_input: plainTextInput,
  number_input: numberInput,
  email_text_input: element('email_text_input', { optional: { ...typed, initial_value: string({ max: 3000 }) } }),
  url_text_input: element('url_text_input', { optional: { ...typed, initial_value: string({ max: 3000 }) } }),
  rich_text_input: element('rich_text_input', { optional: { ...typed, initial_value: anything } }),
  ...pickers,
  ...selects,
};

/** What may stand in an `input` block. */
export const inputElement = byType('element', inputs);

/** Files are taken in modals only. */
export const modalInputElement = byType('element', {
  ...inputs,
  file_input: element('file_input', {
    optional: {
      filetypes: list(string({ min: 1, max: 50 }), { max: 100 }),
      max_files: wholeNumber({ min: 1, max: 10 }),
    },
  }),
});

function element(type: string, { required = {}, optional = {} }: Shape): Check {
  return shape({ required, optional: { ...optional, action_id: id } }, type);
}

function select(type: string, optional: { [name: string]: Check }): Check {
  return element(type, { optional: { ...optional, placeholder, confirm, focus_on_load: boolean } });
}

function multiSelect(type: string, optional: { [name: string]: Check }): Check {
  return select(type, { ...optional, max_selected_items: maxSelected });
}

function picker(type: string, optional: { [name: string]: Check }): Check {
  return element(type, { optional: { ...optional, confirm, focus_on_load: boolean } });
}

function option(label: Check, optional: { [name: string]: Check }): Check {
  return shape({
    required: { text: label, value: string({ min: 1, max: 150 }) },
    optional: { ...optional, description: text({ max: 75 }) },
  });
}

/** A menu has options or groups of them, not both. */
function menuHolds(value: JsonObject, path: string): string[] {
  if ((value.options === undefined) === (value.option_groups === undefined)) {
    return problem('must define either options or option_groups', path);
  }
  const options = [
    ...objectsAt(value, 'options'),
    ...objectsAt(value, 'option_groups').flatMap((group) => objectsAt(group, 'options')),
  ];
  return initialsAreAmong(value, options, path);
}

function optionsHold(value: JsonObject, path: string): string[] {
  return initialsAreAmong(value, objectsAt(value, 'options'), path);
}

function initialsAreAmong(value: JsonObject, options: JsonObject[], path: string): string[] {
  const single = objectAt(value, 'initial_option');
  const initials = [...(single === undefined ? [] : [single]), ...objectsAt(value, 'initial_options')];
  const known = new Set(options.map(fingerprint));
  const values = options.map((given) => stringAt(given, 'value'));
  const repeated = values.find((given, index) => values.indexOf(given) !== index);
  return [
    ...initials.flatMap((initial) =>
      known.has(fingerprint(initial)) ? [] : problem('initial option must be among the options', path),
    ),
    ...(repeated === undefined ? [] : problem(`option values must be unique: ${repeated}`, path)),
  ];
}

/** Slack wants the initial option to match in text and value. */
function fingerprint(given: JsonObject): string {
  return JSON.stringify([given.value, objectAt(given, 'text')?.text, objectAt(given, 'description')?.text]);
}

function lengthsHold({ min_length, max_length, initial_value }: JsonObject, path: string): string[] {
  const min = typeof min_length === 'number' ? min_length : 0;
  const max = typeof max_length === 'number' ? max_length : 3000;
  if (min > max) return problem('min_length must not be greater than max_length', path);
  if (typeof initial_value !== 'string') return [];
  if (lengthOf(initial_value) > max) return problem(`must be less than ${max + 1} characters`, `${path}/initial_value`);
  return [];
}

function numbersHold({ min_value, max_value, initial_value, is_decimal_allowed }: JsonObject, path: string): string[] {
  const pattern = is_decimal_allowed === true ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  const malformed = Object.entries({ min_value, max_value, initial_value }).flatMap(([name, value]) =>
    typeof value === 'string' && !pattern.test(value) ? problem('must be a number in a string', `${path}/${name}`) : [],
  );
  if (malformed.length > 0) return malformed;
  const min = min_value === undefined ? Number.NEGATIVE_INFINITY : Number(min_value);
  const max = max_value === undefined ? Number.POSITIVE_INFINITY : Number(max_value);
  if (min > max) return problem('min_value must not be greater than max_value', path);
  if (initial_value === undefined) return [];
  const initial = Number(initial_value);
  return initial < min || initial > max
    ? problem('must lie between min_value and max_value', `${path}/initial_value`)
    : [];
}
