import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { askSlackAboutBlocks, oneOfEachShape, type RecordedPayload } from '../../../scripts/ask-slack-about-blocks.ts';

const section = (text: string) => ({ blocks: [{ type: 'section', text: { type: 'plain_text', text } }] });

test('each shape is asked about once, and what Slack finds fault with is printed', async (context) => {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const form = new URLSearchParams(body);
      asked.push(form);
      const fault = { ok: false, error: 'invalid_message', errors: [{ pointer: '/blocks/0', message: 'no text' }] };
      response.end(JSON.stringify(form.has('message') ? fault : { ok: true }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());

  const payloads: RecordedPayload[] = [
    { surface: 'modal', payload: { type: 'modal', ...section('one') } },
    { surface: 'modal', payload: { type: 'modal', ...section('another text, the same shape') } },
    { surface: 'message', payload: section('hello') },
  ];
  const printed: string[] = [];
  const waits: number[] = [];
  const faulty = await askSlackAboutBlocks(oneOfEachShape(payloads), {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    print: (line) => void printed.push(line),
    wait: async (ms) => void waits.push(ms),
  });

  assert.equal(faulty, 1);
  assert.deepEqual([asked.length, asked[0]?.has('view'), asked[1]?.has('message'), waits], [2, true, true, [1_000]]);
  assert.match(printed.join('\n'), /^message: invalid_message\n {2}\/blocks\/0 no text/);
});
