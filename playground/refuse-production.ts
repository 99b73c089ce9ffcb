/** Settings that only a bot in production has; the playground makes all of its own. */
const PRODUCTION_SETTINGS = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_CLIENT_SECRET',
  'SLACK_STATE_SECRET',
  'ENCRYPTION_KEYS',
];

/**
 * Why the playground must not be started in this environment, or undefined where it may. Names the settings, never their
 * values.
 */
export function refuseProduction(env: Record<string, string | undefined>): string | undefined {
  const found = PRODUCTION_SETTINGS.filter((name) => (env[name] ?? '') !== '');
  if (found.length === 0) return undefined;
  return `The playground does not start with the settings of a real bot. Unset these first: ${found.join(', ')}.`;
}
