import { createInstallationRepository } from '../storage/workspaces/installation-repository.ts';
import type { AdminCommand } from './command.ts';

/** Prints one line for each workspace, oldest first. */
export const listInstallations: AdminCommand = async ({ config, database, sealer, now, print }) => {
  const installations = await createInstallationRepository({ database, sealer, now }).list();
  for (const installation of installations) {
    if ('unreadable' in installation) {
      print(
        `${installation.id} has installed the bot, but its row can't be read. Ask an admin there to install the app again.`,
      );
      continue;
    }
    const { teamId, teamName, enterpriseId, installedBy, installedAt } = installation;
    const org = enterpriseId === undefined ? '' : ` of the organization ${enterpriseId}`;
    const when = new Date(installedAt).toISOString();
    print(`${teamId} (${JSON.stringify(teamName)})${org} was installed by ${installedBy} at ${when}.`);
  }
  if (installations.length > 0) return true;
  const isOne = config.slack.workspaces.kind === 'one';
  print(isOne ? 'The bot serves the one workspace of SLACK_BOT_TOKEN.' : 'No workspace has installed the bot yet.');
  return true;
};
