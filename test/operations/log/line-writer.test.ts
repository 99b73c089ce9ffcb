import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLineWriter, MAX_KEPT_BYTES } from '../../../src/operations/log/line-writer.ts';

/** An output that takes so many bytes and then fails with `code`. */
function setUp(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
  const output = { room: Number.POSITIVE_INFINITY, code: 'EAGAIN', text: '', writes: 0 };
  const writer = createLineWriter({
    write: (bytes) => {
      output.writes += 1;
      if (output.room === 0) throw Object.assign(new Error(), { code: output.code });
      const taken = bytes.subarray(0, output.room);
      output.text += taken.toString();
      output.room -= taken.length;
      return taken.length;
    },
    renderDropped: (count) => `${count} dropped\n`,
  });
  const pass = () => context.mock.timers.tick(1_000);
  const stick = (code: string, room = 0) => Object.assign(output, { code, room });
  const free = () => Object.assign(output, { room: Number.POSITIVE_INFINITY });
  return { ...writer, output, pass, stick, free };
}

test('the lines of one turn are written together', (context) => {
  const { add, output, pass } = setUp(context);
  add('one\n');
  add('two\n');
  assert.equal(output.writes, 0);
  pass();
  assert.deepEqual([output.text, output.writes], ['one\ntwo\n', 1]);
});

test('what is not taken yet is kept and written later, each line whole and once', (context) => {
  const { add, output, pass, stick, free, countDropped } = setUp(context);
  stick('EAGAIN', 6);
  add('one\n');
  add('two\n');
  pass();
  add('three\n');
  pass();
  assert.equal(output.text, 'one\ntw');
  free();
  pass();
  assert.equal(output.text, 'one\ntwo\nthree\n');
  assert.equal(countDropped(), 0);
});

test('a stuck output keeps no more than the bound, and costs no write a line', (context) => {
  const { add, output, pass, stick, free, countDropped } = setUp(context);
  const line = `${'x'.repeat(1023)}\n`;
  const kept = MAX_KEPT_BYTES / 1024;
  stick('EAGAIN');
  for (let time = 0; time < kept + 7; time += 1) add(line);
  assert.equal(output.writes, 1, 'only to make room');
  assert.equal(countDropped(), 7);
  free();
  pass();
  assert.equal(output.text, `${line.repeat(kept)}7 dropped\n`);
});

for (const code of ['EPIPE', 'ENOSPC', 'EIO']) {
  test(`after ${code} lines are dropped and counted, told once lines are taken again, and tried again without another line`, (context) => {
    const { add, output, pass, stick, free, countDropped } = setUp(context);
    stick(code);
    add('one\n');
    pass();
    add('two\n');
    pass();
    assert.equal(countDropped(), 2);
    free();
    pass();
    assert.equal(output.text, '2 dropped\n');
    add('three\n');
    pass();
    assert.equal(output.text, '2 dropped\nthree\n', 'told once');
    assert.equal(countDropped(), 2);
  });
}

test('a line that was written in part before its output failed is ended, so that the next one is whole', (context) => {
  const { add, output, pass, stick, free, countDropped } = setUp(context);
  stick('ENOSPC', 2);
  add('one\n');
  add('two\n');
  pass();
  pass();
  assert.equal(countDropped(), 1);
  free();
  pass();
  assert.equal(output.text, 'one\n1 dropped\n');
});

test('also the line that says how many are missing comes whole', (context) => {
  const { add, output, pass, stick, free } = setUp(context);
  stick('EPIPE');
  add('one\n');
  pass();
  stick('EAGAIN', 3);
  pass();
  free();
  pass();
  assert.equal(output.text, '1 dropped\n');
});

test('at the end what can be written is, and a stuck output is not waited for', (context) => {
  const { add, flush, output, stick } = setUp(context);
  add('one\n');
  flush();
  assert.equal(output.text, 'one\n');
  stick('EAGAIN');
  add('two\n');
  flush();
  assert.equal(output.text, 'one\n');
});
