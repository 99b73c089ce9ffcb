import { isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../../local-slack/json.ts';
import type { Block } from '../../local-slack/local-slack.ts';
import { type Child, h, type VNode } from './h.ts';
import type { MarkupContext } from './mrkdwn.ts';
import { renderRichText } from './rich-text.ts';

/** A `table` or `data_table`: the first row is its header. */
export function renderTable(block: Block, context: MarkupContext): VNode {
  const [header = [], ...rows] = rowsOf(block);
  const caption = stringAt(block, 'caption');
  const columns = objectsAt(block, 'column_settings');
  const rowHeader = block.type === 'data_table' ? (block.row_header_column_index ?? 0) : undefined;
  const renderCells = (cells: JsonObject[], tagOf: (index: number) => 'th' | 'td') =>
    cells.map((cell, index) => h(tagOf(index), { class: classOf(columns[index]) }, renderCell(cell, context)));
  return h(
    'div',
    { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': caption ?? 'Table' },
    h(
      'table',
      {},
      caption !== undefined && h('caption', {}, caption),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          renderCells(header, () => 'th'),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((cells) =>
          h(
            'tr',
            {},
            renderCells(cells, (index) => (index === rowHeader ? 'th' : 'td')),
          ),
        ),
      ),
    ),
  );
}

function renderCell(cell: JsonObject, context: MarkupContext): Child {
  return cell.type === 'rich_text' ? renderRichText(cell, context) : (stringAt(cell, 'text') ?? '');
}

function rowsOf({ rows }: Block): JsonObject[][] {
  return Array.isArray(rows) ? rows.map((cells) => (Array.isArray(cells) ? cells.filter(isObject) : [])) : [];
}

function classOf(column: JsonObject | undefined): string {
  return `${stringAt(column, 'align') ?? 'left'} ${column?.is_wrapped === true ? 'wrapped' : ''}`.trim();
}

const MARKS: { [status: string]: string } = { pending: '○', in_progress: '◐', complete: '✓', error: '✗' };

/** A `plan` with its tasks, or one `task_card` alone. */
export function renderPlan(block: Block, context: MarkupContext): Child[] {
  const tasks = block.type === 'plan' ? objectsAt(block, 'tasks') : [block];
  return [
    block.type === 'plan' && h('p', {}, h('strong', {}, stringAt(block, 'title') ?? '')),
    h(
      'ul',
      { class: 'tasks' },
      tasks.map((task) =>
        h(
          'li',
          { class: `task-${String(task.status)}` },
          h('span', { 'aria-hidden': 'true' }, MARKS[String(task.status)] ?? '○'),
          h('span', { class: 'unseen' }, String(task.status).replace('_', ' ')),
          ` ${stringAt(task, 'title') ?? ''}`,
          ['details', 'output'].map((part) => renderRichText(objectAt(task, part), context)),
        ),
      ),
    ),
  ];
}
