import { Readable } from 'node:stream';
import { spec, type TestEvent } from 'node:test/reporters';
import { NO_CHROMIUM } from './open-chromium.ts';

/** A test reporter: what fails in full, Node's own totals, and what was skipped for want of a browser. */
export default async function* shortReport(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let skipped = 0;
  yield* Readable.from(failuresAndTotals()).compose(new spec());
  if (skipped > 0) yield `\n${skipped} tests or groups of tests were skipped: ${NO_CHROMIUM}\n`;

  async function* failuresAndTotals(): AsyncGenerator<TestEvent> {
    for await (const event of source) {
      if (event.type === 'test:pass') {
        if (event.data.skip === NO_CHROMIUM) skipped += 1;
      } else if (event.type !== 'test:start') yield event;
    }
  }
}
