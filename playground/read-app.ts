import { parse } from 'yaml';
import { z } from 'zod';
import { readManifest } from '../scripts/http-manifest.ts';

const manifest = z.object({
  display_information: z.object({ name: z.string() }),
  features: z.object({
    bot_user: z.object({ display_name: z.string() }),
    slash_commands: z.array(
      z.object({ command: z.string(), description: z.string(), usage_hint: z.string().optional() }),
    ),
  }),
  oauth_config: z.object({
    scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()).default([]) }),
  }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()) }) }),
});

export type SlashCommand = { command: string; description: string; usage: string };

export type ManifestApp = {
  name: string;
  commands: SlashCommand[];
  events: string[];
  scopes: string[];
  optionalScopes: string[];
};

/** The app as manifest.yml declares it, so that what the manifest lacks is missing in the playground too. */
export function readApp(): ManifestApp {
  const { features, oauth_config, settings } = manifest.parse(parse(readManifest()));
  const { bot, bot_optional } = oauth_config.scopes;
  return {
    name: features.bot_user.display_name,
    commands: features.slash_commands.map(({ command, description, usage_hint = '' }) => ({
      command,
      description,
      usage: usage_hint,
    })),
    events: settings.event_subscriptions.bot_events,
    scopes: [...new Set([...bot, ...bot_optional])],
    optionalScopes: bot_optional,
  };
}
