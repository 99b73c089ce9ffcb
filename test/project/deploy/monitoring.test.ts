import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml, stringify } from 'yaml';
import { z } from 'zod';
import { findFreePort } from '../../../playground/find-free-port.ts';
import { addGoogleInbox } from '../../acceptance/world/add-google-inbox.ts';
import { startWorld } from '../../acceptance/world/start-bot.ts';
import { DOCUMENTED_METRICS } from './documented-metrics.ts';
import { findMissing } from './missing-program.ts';

const DEPLOY = fileURLToPath(new URL('../../../deploy/', import.meta.url));

const skip = findMissing('promtool', 'prometheus');

const alerts = z
  .object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) })
  .parse(parseYaml(readFileSync(join(DEPLOY, 'alerts.yml'), 'utf8')))
  .groups.flatMap(({ rules }) => rules);

const DASHBOARD: unknown = JSON.parse(readFileSync(join(DEPLOY, 'grafana-dashboard.json'), 'utf8'));

const FOUND_WITHIN_MS = 30_000;

/** Grafana draws panels on 24 columns. */
const COLUMNS = 24;

/** The variable with which people choose their Prometheus. */
const reference = z.strictObject({ type: z.literal('prometheus'), uid: z.string().regex(/^\$\{datasource\}$/) });

/** What Grafana needs of a dashboard that is imported (https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/). */
const dashboard = z.strictObject({
  title: z.string().min(1),
  uid: z.string().regex(/^[\w-]{1,40}$/),
  schemaVersion: z.int().min(36),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  refresh: z.string().regex(/^\d+[smh]$/),
  templating: z.strictObject({
    list: z.tuple([
      z.strictObject({ name: z.literal('datasource'), type: z.literal('datasource'), query: z.literal('prometheus') }),
    ]),
  }),
  panels: z
    .array(
      z.strictObject({
        id: z.int().positive(),
        type: z.literal('timeseries'),
        title: z.string().min(1),
        datasource: reference,
        gridPos: z.strictObject({
          x: z.int().min(0),
          y: z.int().min(0),
          w: z.int().positive(),
          h: z.int().positive(),
        }),
        fieldConfig: z.strictObject({
          // https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts
          defaults: z.strictObject({ unit: z.enum(['short', 's', 'reqps', 'bytes']), min: z.literal(0) }),
          overrides: z.tuple([]),
        }),
        targets: z
          .array(z.strictObject({ refId: z.string().regex(/^[A-Z]$/), expr: z.string(), legendFormat: z.string() }))
          .min(1),
      }),
    )
    .min(1),
});

const { panels } = dashboard.parse(DASHBOARD);

const queries = panels.flatMap(({ targets }) => targets);

test('the alerts are quiet while the bot works, and each of them fires', { skip }, () => {
  promtool('test', 'rules', fileURLToPath(new URL('alerts.yml', import.meta.url)));
  const tested = readFileSync(new URL('alerts.yml', import.meta.url), 'utf8');
  for (const { alert } of alerts) assert.ok(tested.includes(`"${alert}"`), `${alert} has a test`);
});

test('the queries of the dashboard are valid', { skip }, (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-dashboard-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'rules.yml');
  // As rules, since promtool checks no queries by themselves.
  const rules = queries.map(({ expr }, index) => ({
    record: `query_${index}`,
    expr: expr.replaceAll('$__rate_interval', '5m'),
  }));
  writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
  promtool('check', 'rules', file);
});

test('alerts and dashboard use only metrics that the bot has, and the dashboard shows all of them', () => {
  const namesIn = (each: { expr: string }[]) =>
    each
      .flatMap(({ expr }) => expr.match(/inbox_bot_\w+/g) ?? [])
      .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
  for (const name of namesIn(alerts)) assert.ok(DOCUMENTED_METRICS.has(name), name);
  assert.deepEqual([...new Set(namesIn(queries))].sort(), [...DOCUMENTED_METRICS.keys()].sort());
});

test('Grafana can show the dashboard: its ids are unique, no panel covers another, and legends name labels', () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
    assert.ok(x + w <= COLUMNS);
    return Array.from({ length: w * h }, (_each, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`);
  });
  assert.equal(new Set(cells).size, cells.length);
  for (const { title, targets } of panels) {
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    for (const { expr, legendFormat } of targets) {
      const kept = /\bby \(([\w, ]+)\)/.exec(expr)?.[1]?.split(', ') ?? ['instance'];
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) assert.ok(kept.includes(label), expr);
    }
  }
});

test('every label that a query or an alert uses is one that the metric has', () => {
  const parts = [...alerts, ...queries].flatMap(({ expr }) => [
    ...expr.matchAll(/\b(inbox_bot_\w+?)(?:_bucket|_sum|_count)?(?:\{([^}]*)\})?(?=[^\w{])/g),
  ]);
  assert.ok(parts.length > 20);
  for (const [whole, name = '', selectors = ''] of parts) {
    const documented = DOCUMENTED_METRICS.get(name) ?? assert.fail(name);
    for (const [, label] of selectors.matchAll(/(\w+)(?:=|!=|=~|!~)"/g))
      assert.ok(documented.includes(`\`${label}\``), whole);
  }
  for (const { expr } of [...alerts, ...queries]) {
    const [name = ''] = /inbox_bot_\w+/.exec(expr) ?? [];
    const labels = DOCUMENTED_METRICS.get(name.replace(/_(bucket|sum|count)$/, ''));
    if (labels === undefined) continue;
    for (const label of /\bby \(([\w, ]+)\)/.exec(expr)?.[1]?.split(', ') ?? []) {
      if (label !== 'le') assert.ok(labels.includes(`\`${label}\``), `${expr} by ${label}`);
    }
  }
});

test('Prometheus accepts its configuration with the alerts, scrapes the bot, and answers every query of the dashboard', {
  skip,
  timeout: 90_000,
}, async (context) => {
  const { bot, member, channelId } = await startWorld(context);
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-prometheus-'));
  const config = readFileSync(join(DEPLOY, 'prometheus.yml'), 'utf8');
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, config);
  copyFileSync(join(DEPLOY, 'alerts.yml'), join(folder, 'coldsend-inbox-bot-alerts.yml'));
  promtool('check', 'config', file);

  const target = new URL(bot.url).host;
  writeFileSync(
    file,
    config
      .replace('global:\n', 'global:\n  scrape_timeout: 1s\n')
      .replace('127.0.0.1:3000', target)
      .replace('127.0.0.1:9093', '127.0.0.1:1')
      .replaceAll('30s', '1s'),
  );
  const port = await findFreePort();
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const ended = once(prometheus, 'exit');
  context.after(async () => {
    prometheus.kill();
    await ended;
    rmSync(folder, { recursive: true });
  });
  const ask = async (query: string) => {
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
    const answer = await fetch(url).catch(() => undefined);
    // While it starts, it answers 503.
    return answer?.status === 503 ? undefined : answer && prometheusAnswer.parse(await answer.json());
  };
  const waitFor = async (query: string): Promise<void> => {
    for (const until = performance.now() + FOUND_WITHIN_MS; ((await ask(query))?.data.result.length ?? 0) === 0; ) {
      assert.ok(performance.now() < until && prometheus.exitCode === null, `nothing found: ${query}`);
      await sleep(100);
    }
  };
  await waitFor('up{job="coldsend-inbox-bot"} == 1');
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await member.waitForModal(({ rendered }) => rendered.includes('✅'));
  await waitFor('sum(increase(inbox_bot_requests_total[1m])) > 0');
  const empty: string[] = [];
  for (const { expr } of queries) {
    const answer = await ask(expr.replaceAll('$__rate_interval', '1m'));
    assert.equal(answer?.status, 'success', expr);
    if (answer.data.result.length === 0) empty.push(expr);
  }
  // Nothing was refused, no login was checked, and every row could be read.
  assert.deepEqual(
    empty.filter((expr) => !/refused_requests|login_check|unreadable_rows/.test(expr)),
    [],
  );
  const rules = await fetch(`http://127.0.0.1:${port}/api/v1/rules`);
  assert.equal((await rules.text()).match(/"name":"InboxBot\w+"/g)?.length, alerts.length);
});

const prometheusAnswer = z.object({
  status: z.string(),
  data: z.object({ result: z.array(z.unknown()) }).default({ result: [] }),
});

function promtool(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}
