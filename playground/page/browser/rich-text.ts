import { type JsonObject, objectAt, objectsAt, stringAt } from '../../local-slack/json.ts';
import { type Child, h } from './h.ts';
import type { MarkupContext } from './mrkdwn.ts';

/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export function renderRichText(node: JsonObject | undefined, context: MarkupContext): Child {
  const inner = objectsAt(node, 'elements').map((element) => renderRichText(element, context));
  const text = stringAt(node, 'text') ?? '';
  switch (node?.type) {
    case 'rich_text_section':
      return h('p', {}, inner);
    case 'rich_text_list':
      return h(
        node.style === 'ordered' ? 'ol' : 'ul',
        {},
        inner.map((item) => h('li', {}, item)),
      );
    case 'rich_text_preformatted':
      return h('pre', {}, inner);
    case 'rich_text_quote':
      return h('blockquote', {}, inner);
    case 'text':
      return styled(text, objectAt(node, 'style'));
    case 'link':
      return h(
        'a',
        { href: stringAt(node, 'url') ?? '', target: '_blank', rel: 'noreferrer' },
        text || stringAt(node, 'url') || '',
      );
    case 'user':
      return h('span', { class: 'mention' }, `@${nameOf(node, 'user_id', context)}`);
    case 'channel':
      return h('span', { class: 'mention' }, `#${nameOf(node, 'channel_id', context)}`);
    case 'emoji':
      return `:${stringAt(node, 'name') ?? ''}:`;
    default:
      return inner.length > 0 ? inner : text;
  }
}

const TAGS: { [style: string]: string } = { bold: 'strong', italic: 'em', strike: 's', code: 'code' };

function styled(text: string, style: JsonObject | undefined): Child {
  return Object.entries(TAGS).reduce<Child>(
    (child, [name, tag]) => (style?.[name] === true ? h(tag, {}, child) : child),
    text,
  );
}

function nameOf(node: JsonObject, key: string, { names }: MarkupContext): string {
  const id = stringAt(node, key) ?? '';
  return names[id] ?? id;
}
