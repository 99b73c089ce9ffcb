import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

/**
 * The manifest for HTTP instead of Socket Mode, comments kept.
 *
 * @param manifest the text of manifest.yml
 * @param publicUrl where Slack reaches the bot; https
 */
export function toHttpManifest(manifest: string, publicUrl: string): string {
  const document = parseDocument(manifest);
  const base = new URL(publicUrl).href.replace(/\/+$/, '');
  const eventsUrl = `${base}/slack/events`;
  document.setIn(['features', 'slash_commands', 0, 'url'], eventsUrl);
  document.setIn(['settings', 'event_subscriptions', 'request_url'], eventsUrl);
  document.setIn(['settings', 'interactivity', 'request_url'], eventsUrl);
  // For several workspaces, which install the app on the bot's own pages.
  document.setIn(['oauth_config', 'redirect_urls'], [`${base}/slack/oauth_redirect`]);
  document.setIn(['settings', 'socket_mode_enabled'], false);
  document.commentBefore = ` The Slack app over HTTP, for a bot at ${publicUrl}.`;
  return document.toString({ lineWidth: 120 });
}

export function readManifest(): string {
  return readFileSync(new URL('../manifest.yml', import.meta.url), 'utf8');
}
