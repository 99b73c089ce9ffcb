import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml, stringify } from 'yaml';
import { z } from 'zod';
import { DOCUMENTED_METRICS } from './documented-metrics.ts';
import { findMissing } from './missing-program.ts';

const DEPLOY = fileURLToPath(new URL('../../../deploy/', import.meta.url));

const skip = findMissing('promtool', 'prometheus');

const alerts = z
  .object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) })
  .parse(parseYaml(readFileSync(join(DEPLOY, 'alerts.yml'), 'utf8')))
  .groups.flatMap(({ rules }) => rules);

const queries = z
  .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) })
  .parse(JSON.parse(readFileSync(join(DEPLOY, 'grafana-dashboard.json'), 'utf8')))
  .panels.flatMap(({ targets }) => targets);

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

function promtool(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}
