import type { Installation } from '../../../src/add-inbox/people/installation.ts';

export function sampleInstallation(change: Partial<Installation> = {}): Omit<Installation, 'installedAt'> {
  return {
    teamId: 'T1',
    teamName: 'Acme & Söhne',
    enterpriseId: undefined,
    botToken: 'xoxb-1-secret',
    botId: 'B1',
    botUserId: 'U0BOT',
    appId: 'A1',
    scopes: ['commands', 'chat:write'],
    installedBy: 'U1',
    ...change,
  };
}
