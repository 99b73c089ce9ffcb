import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHealthRoutes } from '../../src/operations/health-routes.ts';
import { createReadiness } from '../../src/operations/readiness.ts';
import { createHttpServer } from '../../src/web/http-server.ts';

test('however many scrape at once or within a second, the metrics are looked up once', async (context) => {
  let rendered = 0;
  const mayEnd = Promise.withResolvers<void>();
  const render = async () => {
    rendered += 1;
    await mayEnd.promise;
    return { contentType: 'text/plain', text: `rendered ${rendered}` };
  };
  const metrics = { render };
  const routes = createHealthRoutes({ readiness: createReadiness({}), metrics, checkDatabase: async () => {} });
  const server = createHttpServer(routes, () => assert.fail());
  const port = await server.listen(0, '127.0.0.1');
  context.after(() => server.close());
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const scrapes = [scrape(), scrape(), scrape()];
  mayEnd.resolve();
  assert.deepEqual(await Promise.all(scrapes), Array(3).fill('rendered 1'));
  context.mock.timers.tick(999);
  assert.equal(await scrape(), 'rendered 1');
  context.mock.timers.tick(1);
  assert.equal(await scrape(), 'rendered 2');
});
