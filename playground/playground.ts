import { parseArgs } from 'node:util';
import { playTour } from './tour.ts';

const { values } = parseArgs({ options: { tour: { type: 'boolean', default: false } } });

if (values.tour) {
  await playTour((text) => process.stdout.write(`${text}\n`));
} else {
  process.stderr.write('Usage: npm run playground -- --tour\n');
  process.exitCode = 2;
}
