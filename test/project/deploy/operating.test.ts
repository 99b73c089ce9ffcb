import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WAITS_FOR } from '../../../src/add-inbox/request/request.ts';
import { findConfigWarnings } from '../../../src/config.ts';
import { addGoogleInbox } from '../../acceptance/world/add-google-inbox.ts';
import { startWorld } from '../../acceptance/world/start-bot.ts';
import { DOCUMENTED_METRICS, OPERATING_TABLES } from './documented-metrics.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const MESSAGES = OPERATING_TABLES.filter(([, level = '']) => /^(warn|error|info; warn)/.test(level)).map(
  ([message = '']) => message,
);

/** Where a message is the first argument, as it is. */
const SAID =
  /(?:\blog\.(?:warn|error)|\bnoteError|\blog\[level\]|\.warn\(\{ count \},)(?:\(|\s)\s*(['"`])((?:(?!\1).)+)\1/gs;

/** Where it is an expression. Each sentence in such a file counts as a message. */
const SAID_INDIRECTLY = /\b(?:log\.(?:warn|error)|deps\.warn|log\[\w+\])\(\s*(?!\s|['"`])/;

const SENTENCE = /(['"`])([A-Z](?:(?!\1)[^\n])*(?: (?:(?!\1)[^\n])*){3,})\1/g;

/** The documented part of the labels whose values are words of ours. */
const OPEN_LABELS = new Set(['listener', 'method', 'result', 'window_seconds', 'le']);

test('docs/operating.md has each metric of a running bot with its labels, and no other', async (context) => {
  const { bot, member, channelId } = await startWorld(context);
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await member.waitForModal(({ rendered }) => rendered.includes('✅'));
  await fetch(`${bot.url}/slack/events`, { method: 'POST', body: '{}' });
  await fetch(`${bot.url}/nowhere`);
  const text = await (await fetch(`${bot.url}/metrics`)).text();
  const found = [...text.matchAll(/^# HELP (inbox_bot_\w+)/gm)].map(([, name]) => name);
  assert.deepEqual([...DOCUMENTED_METRICS.keys()].sort(), found.sort());
  for (const [, name = '', labels = ''] of text.matchAll(/^(inbox_bot_\w+?)(?:_bucket|_sum|_count)?\{(.*)\}/gm)) {
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      const documented = DOCUMENTED_METRICS.get(name) ?? '';
      if (label !== 'le') assert.ok(documented.includes(`\`${label}\``), `${name} has the label ${label}`);
      if (!OPEN_LABELS.has(label)) assert.ok(documented.includes(`\`${value}\``), `${name} can be ${label}=${value}`);
    }
  }
  for (const reason of WAITS_FOR)
    assert.match(DOCUMENTED_METRICS.get('inbox_bot_waiting_requests') ?? '', RegExp(`\`${reason}\``));
});

test('docs/operating.md has each message of the levels warn and error, and no other', () => {
  const said = new Set(globSync('src/**/*.ts', { cwd: ROOT }).flatMap(findMessages));
  const env = { SLACK_SIGNING_SECRET: '"secret"', SLACK_APP_TOKEN: 'xapp-1', SLACK_TOKEN: '1' };
  for (const warning of findConfigWarnings(env)) {
    said.add(warning.replace(/^\w+(?= (?:is|has|looks) )/, '…').replace(/(Expected: ).*\.$/, '$1….'));
  }
  assert.ok(said.size > 30, 'messages were found');
  assert.deepEqual([...MESSAGES].sort(), [...said].sort());
});

function findMessages(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const isIndirect = SAID_INDIRECTLY.test(text) && file !== 'src/main.ts' && file !== 'src/app/app.ts';
  const patterns = isIndirect ? [SAID, SENTENCE] : [SAID];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, , message = '']) => message));
}
