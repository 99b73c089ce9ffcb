import { ClientRefusal, type Person } from '../local-slack/local-slack.ts';
import type { Playground } from '../start-playground.ts';
import type { Act, ActResult, Attach } from './act.ts';
import type { NextAnswer } from './next-answer.ts';

/** Does what a person asked for, as them; what Slack's client would not let them do comes back as trouble. */
export async function perform(
  { playground, nextAnswer }: { playground: Playground; nextAnswer: NextAnswer },
  userId: string,
  act: Act | Attach,
): Promise<ActResult> {
  try {
    return (await performOn(playground, nextAnswer, playground.slack.as(userId), act)) ?? {};
  } catch (error) {
    if (error instanceof ClientRefusal) return { trouble: error.message };
    throw error;
  }
}

async function performOn(
  { slack, bot, app }: Playground,
  nextAnswer: NextAnswer,
  person: Person,
  act: Act | Attach,
): Promise<ActResult | undefined> {
  switch (act.kind) {
    case 'command':
      // Slack's own command, which the bot's messages speak of.
      if (act.line.trim() === `/invite @${app.name}`) {
        if (!person.channels().some(({ id, kind }) => id === act.channelId && kind !== 'im')) {
          return { trouble: 'Nobody can be invited here.' };
        }
        slack.inviteBot(act.channelId);
        return undefined;
      }
      return person.command(act.line.trim(), { channelId: act.channelId });
    case 'say':
      person.say(act.channelId, escapeText(act.text), act.threadTs === undefined ? {} : { threadTs: act.threadTs });
      return undefined;
    case 'type':
      await person.type(act.field, act.value);
      return undefined;
    case 'enter':
      return person.pressEnter(act.field);
    case 'choose':
      return person.choose(act.field, act.option);
    case 'tick':
      return person.tick(act.field, act.option, act.ticked);
    case 'attach':
      return person.attach(act.field, act.files);
    case 'click':
      return person.click(act.button, { in: act.in });
    case 'submit':
      await person.submit();
      return undefined;
    case 'close':
      await person.close({ all: act.all });
      return undefined;
    case 'open_home':
      await person.openHome(act.tab);
      return undefined;
    case 'answer':
      nextAnswer.choose(act.name, act.keep);
      return undefined;
    case 'kill_bot':
      await bot.kill();
      return undefined;
    case 'start_bot':
      await bot.start();
      return undefined;
  }
}

/** As Slack's client does with what is typed: https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
