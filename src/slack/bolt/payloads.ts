import { z } from 'zod';

/*
 * The parts of Slack's payloads that the bot reads. The acting person is taken only from the signed body, never from a view's
 * metadata.
 */

const team = z.object({ id: z.string() }).nullish();

const user = z.object({ id: z.string(), team_id: z.string().optional() });

const view = z.looseObject({
  id: z.string(),
  type: z.string().optional(),
  hash: z.string().optional(),
  callback_id: z.string(),
  /** The bot's own id for the view, as set when the view was opened. */
  external_id: z.string().optional().catch(undefined),
  private_metadata: z.string().default(''),
  app_installed_team_id: z.string().nullish(),
});

export const commandPayload = z.object({
  command: z.string(),
  text: z.string().default(''),
  team_id: z.string(),
  user_id: z.string(),
  channel_id: z.string(),
  channel_name: z.string().default(''),
  trigger_id: z.string(),
  response_url: z.string(),
});

export const submissionPayload = z.object({ team, user, view });

export const actionPayload = z.object({
  team,
  user,
  trigger_id: z.string(),
  response_url: z.string().optional(),
  channel: z.object({ id: z.string() }).optional(),
  view: view.optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().nullish(),
        selected_option: z.object({ value: z.string() }).nullish(),
        selected_user: z.string().nullish(),
      }),
    )
    .min(1),
});

export const homeOpenedPayload = z.object({
  team_id: z.string(),
  event: z.object({ user: z.string(), tab: z.string().optional() }),
});

/** `event_time` is in seconds since 1970. */
export const leavingPayload = z.object({
  team_id: z.string(),
  event_time: z.number(),
  event: z.object({ tokens: z.object({ bot: z.array(z.string()).nullish() }).optional() }),
});

export type CommandPayload = z.output<typeof commandPayload>;
export type ActionPayload = z.output<typeof actionPayload>;
export type ViewPayload = z.output<typeof view>;
