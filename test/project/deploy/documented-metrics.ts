import { readFileSync } from 'node:fs';

/** The rows of the tables in docs/operating.md, as their cells. */
export const OPERATING_TABLES = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '));

/** The metrics of the bot that docs/operating.md describes, each with the text about its labels. */
export const DOCUMENTED_METRICS = new Map(
  OPERATING_TABLES.filter(([first]) => first?.startsWith('`inbox_bot_')).map(([name = '', labels = '']) => [
    /\w+/.exec(name)?.[0] ?? '',
    labels,
  ]),
);
