import { config as readDotenv } from 'dotenv';

/** Adds to `env` what `.env` says. What is set already stays, unless it is empty: Compose and systemd pass on every name they list. */
export function readEnvironment(env: Record<string, string | undefined>): Record<string, string | undefined> {
  const { parsed = {} } = readDotenv({ quiet: true, processEnv: {} });
  for (const [name, value] of Object.entries(parsed)) {
    if ((env[name] ?? '').trim() === '') env[name] = value;
  }
  return env;
}
