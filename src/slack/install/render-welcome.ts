import { INSTALLED_DM, INSTALLED_PAGE, NEXT_STEPS } from '../../web/install-sentences.ts';
import { renderSection } from '../blocks/blocks.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import type { Message } from '../web-api/slack-api.ts';

/** The direct message to the person who installed the bot, with the same text as the installation page. */
export function renderWelcome(again: boolean): Message {
  const intro = [INSTALLED_DM.title(again), ...(again ? [INSTALLED_PAGE.kept] : []), `${INSTALLED_PAGE.next}:`].join(
    ' ',
  );
  const steps = NEXT_STEPS.map((step, at) => `${at + 1}. ${step}`).join('\n');
  return {
    text: `${intro}\n${steps}`,
    blocks: [renderSection('welcome', mrkdwn(intro)), renderSection('next_steps', mrkdwn(steps))],
  };
}
