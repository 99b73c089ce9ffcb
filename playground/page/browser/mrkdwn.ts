import { type Child, h } from './h.ts';

/** What markup needs to know to show ids and dates. */
export type MarkupContext = { names: { [id: string]: string } };

const CODE_BLOCK = /```\n?([\s\S]+?)```/;
const TOKENS =
  /<([^<>\n]+)>|`([^`\n]+)`|(?<![\p{L}\p{N}])\*(?=\S)([^*\n]*\S)\*(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_(?=\S)([^_\n]*\S)_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])~(?=\S)([^~\n]*\S)~(?![\p{L}\p{N}])/u;

/** Slack's markup as elements: https://docs.slack.dev/messaging/formatting-message-text */
export function renderMrkdwn(text: string, context: MarkupContext): Child[] {
  const [before = '', code, after = ''] = splitOnce(text, CODE_BLOCK);
  if (code === undefined) return renderInline(text, context);
  return [...renderInline(before, context), h('pre', {}, decode(code)), ...renderMrkdwn(after, context)];
}

function renderInline(text: string, context: MarkupContext): Child[] {
  const found = TOKENS.exec(text);
  if (found === null) return text === '' ? [] : [decode(text)];
  const [whole, special, code, bold, italic, strike] = found;
  const inner = bold ?? italic ?? strike ?? '';
  const node =
    special !== undefined
      ? renderSpecial(special, context)
      : code !== undefined
        ? h('code', {}, decode(code))
        : h(bold !== undefined ? 'strong' : italic !== undefined ? 'em' : 's', {}, renderInline(inner, context));
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + whole.length);
  return [...(before === '' ? [] : [decode(before)]), node, ...renderInline(after, context)];
}

function renderSpecial(special: string, { names }: MarkupContext): Child {
  const [target = '', label] = splitOnce(special, /\|/, 2);
  const id = target.slice(1);
  if (target.startsWith('@')) return h('span', { class: 'mention' }, `@${names[id] ?? label ?? id}`);
  if (target.startsWith('#')) return h('span', { class: 'mention' }, `#${names[id] ?? label ?? id}`);
  if (target.startsWith('!date^')) return formatDate(target, label ?? '');
  if (target.startsWith('!')) return h('span', { class: 'mention' }, label ?? `@${id}`);
  const url = decode(target);
  if (!/^(https?|mailto):/.test(url)) return decode(label ?? target);
  return h('a', { href: url, target: '_blank', rel: 'noreferrer' }, decode(label ?? target));
}

/** `!date^seconds^format`, the format's tokens in the reader's own time. */
function formatDate(target: string, fallback: string): string {
  const [, seconds = '', format = ''] = target.split('^');
  const date = new Date(Number(seconds) * 1_000);
  if (Number.isNaN(date.getTime())) return fallback;
  const isToday = date.toDateString() === new Date().toDateString();
  const day = date.toLocaleDateString('en', { month: 'short', day: 'numeric', year: 'numeric' });
  return format
    .replace(/\{time(_secs)?\}/g, date.toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' }))
    .replace(/\{date\w*_pretty\}/g, isToday ? 'today' : day)
    .replace(/\{date\w*\}/g, day);
}

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** What stands before, in (its first group) and after the first match; with a `limit` of 2, before and after it. */
function splitOnce(text: string, pattern: RegExp, limit?: 2): (string | undefined)[] {
  const found = pattern.exec(text);
  if (found === null) return [text];
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  return limit === 2 ? [before, after] : [before, found[1], after];
}
