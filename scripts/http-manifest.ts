import { readFileSync } from 'node:fs';

/**
 * The manifest for HTTP instead of Socket Mode, comments kept. It works on the text, since an operator runs it where the development
 * dependencies are not installed, or nothing is yet.
 *
 * @param manifest the text of manifest.yml
 * @param publicUrl where Slack reaches the bot; https
 */
export function toHttpManifest(manifest: string, publicUrl: string): string {
  const base = new URL(publicUrl).href.replace(/\/+$/, '');
  const eventsUrl = `${base}/slack/events`;
  return (
    manifest
      .replace(/^(#.*\n)+/, `# The Slack app over HTTP, for a bot at ${publicUrl}.\n`)
      .replace(/^ +- command: .*\n/m, `$&      url: ${eventsUrl}\n`)
      .replace(/^ +(event_subscriptions|interactivity):\n/gm, `$&    request_url: ${eventsUrl}\n`)
      // For several workspaces, which install the app on the bot's own pages.
      .replace(/^oauth_config:\n/m, `$&  redirect_urls:\n    - ${base}/slack/oauth_redirect\n`)
      .replace('socket_mode_enabled: true', 'socket_mode_enabled: false')
  );
}

export function readManifest(): string {
  return readFileSync(new URL('../manifest.yml', import.meta.url), 'utf8');
}
