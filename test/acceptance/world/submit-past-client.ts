import { z } from 'zod';
import type { JsonObject, LocalSlack, Person, SubmitResult } from '../../../playground/local-slack/local-slack.ts';

export const submission = z.looseObject({
  view: z.looseObject({
    private_metadata: z.string(),
    state: z.looseObject({ values: z.record(z.string(), z.record(z.string(), z.looseObject({ type: z.string() }))) }),
  }),
});

/** Submits with other values than those on the screen, as a client would that checks nothing. */
export function submitPastClient(
  slack: LocalSlack,
  person: Person,
  changes: Record<string, string | undefined>,
): Promise<SubmitResult> {
  slack.tamperNext({
    payload: (payload) => {
      const changed = submission.parse(payload);
      for (const elements of Object.values(changed.view.state.values)) {
        for (const [actionId, element] of Object.entries(elements)) {
          if (!(actionId in changes)) continue;
          const value = changes[actionId];
          if (element.type === 'radio_buttons') element.selected_option = value === undefined ? null : { value };
          else element.value = value ?? null;
        }
      }
      return changed;
    },
  });
  return person.submit();
}

export function withMetadata(payload: JsonObject, change: (metadata: string) => string): JsonObject {
  const changed = submission.parse(payload);
  changed.view.private_metadata = change(changed.view.private_metadata);
  return changed;
}
