import { COMMAND } from '../ids.ts';
import type { Notice } from './common.ts';

/* Many inboxes at once: fixing the rows that failed. */

export const BATCH_FIX = {
  title: 'Fix what failed',
  row: (position: number, count: number, line: number) => `Row ${position} of ${count} (line ${line} of your file).`,
  skip: 'Skip',
  skipped: (address: string) => `I left out ${address}.`,
  accepted: (address: string) => `I am adding ${address} again.`,
  nothing: {
    title: 'Fix what failed',
    paragraphs: ['There is nothing left to fix in this list.'],
  } satisfies Notice,
  gone: {
    title: 'Fix what failed',
    paragraphs: [`I don't have this list any more. To add its inboxes, type ${COMMAND} many.`],
  } satisfies Notice,
  last: {
    title: 'Fix what failed',
    paragraphs: ['That was the last row. You get the results in the thread of the list.'],
  } satisfies Notice,
} as const;
