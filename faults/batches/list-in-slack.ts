import type { Person } from '../../playground/local-slack/local-slack.ts';
import { previewPaste } from '../../test/acceptance/batches/batch-world.ts';
import { NOTICE } from '../../test/acceptance/world/fill-form.ts';
import { type List, toTable } from './list.ts';

/** A list that a person pastes into the form in Slack. */
export function createListInSlack(person: Person, channelId: string, addresses: string[]): List {
  const round = { addresses, isTold: false };
  return {
    rounds: [round],
    tokens: [],
    preview: () =>
      previewPaste(person, channelId, toTable(addresses, '\t')).then(
        ({ submitLabel }) => (submitLabel === `Add ${addresses.length} inboxes` ? 'done' : 'nothing'),
        () => 'nothing',
      ),
    async confirm() {
      // What went wrong before stands on top of the preview.
      if (person.modal()?.callbackId === NOTICE) await person.close();
      const { modal } = await person.submit();
      round.isTold = modal?.rendered.includes(`Adding ${addresses.length} inboxes`) ?? false;
      if (round.isTold) return 'done';
      // An earlier try that a frozen process went on with later has replaced the rows.
      return modal?.rendered.includes('I do not have the rows any more') ? 'gone' : 'nothing';
    },
    beginFix: async () => false,
    findProblems: async () => ({ problems: [], shown: undefined }),
  };
}
