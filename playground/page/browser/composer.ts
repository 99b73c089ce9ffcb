import { h, type VNode } from './h.ts';
import type { Page } from './state.ts';

type Command = { command: string; description: string; usage: string };

/** The box one writes messages and commands into; a `/` opens the list of commands. Threads take no commands. */
export function renderComposer(
  page: Page,
  { channelId, threadTs, label }: { channelId: string; threadTs?: string; label: string },
): VNode {
  const { state } = page;
  const id = threadTs ?? channelId;
  const text = state.drafts[id] ?? '';
  const offered = threadTs === undefined ? commandsFor(page, text) : [];
  const isOpen = offered.length > 0 && state.completion !== undefined;
  const chosen = isOpen ? Math.min(state.completion ?? 0, offered.length - 1) : -1;
  const write = (value: string, completion: number | undefined) =>
    page.set({ drafts: { ...page.state.drafts, [id]: value }, completion });

  const complete = ({ command }: Command) => {
    write(`${command} `, undefined);
    page.focus(`[id="composer-${id}"]`);
  };
  const send = () => {
    if (text.trim() === '') return;
    write('', undefined);
    if (text.startsWith('/') && threadTs === undefined) void page.act({ kind: 'command', line: text, channelId });
    else void page.act({ kind: 'say', text, channelId, ...(threadTs !== undefined && { threadTs }) });
  };
  const onkeydown = (event: Event) => {
    if (!(event instanceof KeyboardEvent) || event.isComposing) return;
    const command = offered[chosen];
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (isOpen && move !== undefined) {
      page.set({ completion: (chosen + move + offered.length) % offered.length });
    } else if (isOpen && event.key === 'Escape') {
      page.set({ completion: undefined });
    } else if (isOpen && command !== undefined && ['Enter', 'Tab'].includes(event.key)) {
      complete(command);
    } else if (event.key === 'Enter' && !event.shiftKey) {
      send();
    } else {
      return;
    }
    event.preventDefault();
  };

  return h(
    'div',
    { class: 'composer', key: `composer ${id}` },
    isOpen &&
      h(
        'div',
        { key: 'commands', class: 'commands', role: 'listbox', id: 'commands', 'aria-label': 'Commands' },
        offered.map((command, index) => renderCommand(command, index, index === chosen, () => complete(command))),
      ),
    h(
      'div',
      { key: 'box', class: 'box' },
      h('textarea', {
        id: `composer-${id}`,
        rows: 1,
        value: text,
        placeholder: label,
        'aria-label': label,
        ...(threadTs === undefined && {
          role: 'combobox',
          'aria-autocomplete': 'list',
          'aria-expanded': isOpen ? 'true' : 'false',
          'aria-controls': isOpen ? 'commands' : undefined,
          'aria-activedescendant': isOpen ? `command-${chosen}` : undefined,
        }),
        oninput: ({ target }) => {
          if (target instanceof HTMLTextAreaElement) write(target.value, 0);
        },
        onkeydown,
      }),
      h('button', { type: 'button', class: 'send', 'aria-label': 'Send', onclick: send }, '➤'),
    ),
  );
}

function renderCommand({ command, usage, description }: Command, index: number, isChosen: boolean, pick: () => void) {
  return h(
    'div',
    {
      key: command,
      id: `command-${index}`,
      role: 'option',
      'aria-selected': isChosen ? 'true' : 'false',
      // Before the text area loses the focus.
      onmousedown: (event) => {
        event.preventDefault();
        pick();
      },
    },
    h('strong', {}, command),
    h('span', {}, ` ${usage}`),
    h('small', {}, description),
  );
}

/** While the first word is typed. The app's commands are offered where it is installed. */
function commandsFor({ state: { snapshot } }: Page, text: string): Command[] {
  if (!/^\/\S*$/.test(text)) return [];
  const invite = { command: '/invite', usage: `@${snapshot.bot.name}`, description: 'Invite the bot to this channel' };
  return [...(snapshot.hasApp ? snapshot.commands : []), invite].filter(
    ({ command }) => command.startsWith(text) && command !== text,
  );
}
