import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { JsonObject, LocalSlackOptions } from '../../../../playground/local-slack/local-slack.ts';
import { call, modal, plain, type Received, slackFor, startTestApp, type TestAnswer } from '../test-app.ts';

/** The payload that came as number `index`. */
export const nth = (app: { received: Received[] }, index: number): JsonObject => app.received[index]?.payload ?? {};

export const option = (value: string) => ({ text: plain(`The ${value}`), value });

/** A member with a form open, and an app that answers what the test says. */
export async function withForm(
  t: TestContext,
  blocks: JsonObject[],
  more: JsonObject = {},
  options: LocalSlackOptions = {},
) {
  const slack = await slackFor(t, options);
  let answer: TestAnswer = {};
  const app = await startTestApp(t, () => answer);
  slack.deliverTo('all', app.url);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  const channel = slack.addChannel({ name: 'sales', members: [jane.userId], withBot: true });
  await jane.command('/add-inbox', { channelId: channel.id });
  const trigger_id = app.received.at(-1)?.payload.trigger_id;
  const opened = await call(slack, 'views.open', { trigger_id, view: modal(blocks, more) });
  assert.deepEqual(slack.problems, []);
  assert.equal(opened.ok, true);
  app.received.length = 0;
  const answerWith = (given: TestAnswer) => {
    answer = given;
  };
  return { slack, app, jane, channel, answerWith };
}
