import { openDatabase } from '../../../src/storage/open-database.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { sampleRequest, testSealer } from '../samples.ts';

/*
 * A bot for tests to kill: `node hold-database.ts <url> [commit]`. Prints `open` once it has the database; with `commit` accepts
 * one request after the other and prints the id of each after its commit.
 */
const [url = '', mode] = process.argv.slice(2);
const db = await openDatabase(url, { sealer: testSealer });
process.stdout.write('open\n');
const requests = createRequestRepository({
  db,
  sealer: testSealer,
  owner: `p${process.pid}`,
  leaseMs: 1000,
  now: Date.now,
});

for (let n = 0; mode === 'commit'; n += 1) {
  const acceptance = await requests.accept(sampleRequest(`${process.pid}-${n}`));
  // In one write, so that a kill can't leave half a line.
  process.stdout.write(`${acceptance.request.id}\n`);
}
process.stdin.resume();
