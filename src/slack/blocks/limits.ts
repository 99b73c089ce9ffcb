/*
 * Slack's limits, in characters unless said otherwise.
 * https://docs.slack.dev/reference/views and https://docs.slack.dev/reference/block-kit
 */

/** Title, submit and close of a view. */
export const VIEW_TITLE = 24;

export const PRIVATE_METADATA = 3_000;

/** The text of a section. */
export const SECTION_TEXT = 3_000;

/** The text of a header block. */
export const HEADER_TEXT = 150;

/** Label and hint of an input. */
export const INPUT_LABEL = 2_000;

export const PLACEHOLDER = 150;

/** Characters that a person can type into a text input. */
export const TYPED_TEXT = 3_000;

/** Text and description of an option; the text of a button. */
export const OPTION_TEXT = 75;

/** A confirm dialog's title, text, and its two buttons. */
export const CONFIRM = { title: 100, text: 300, button: 30 } as const;

/** Slack recommends at most 4,000 for the top-level text of a message, and cuts it at 40,000. */
export const MESSAGE_TEXT = 4_000;

/** One of the fields of a section. */
export const SECTION_FIELD = 2_000;

/** Options of a menu without groups. */
export const MENU_OPTIONS = 100;
