import { createInstallationRepository } from '../storage/workspaces/installation-repository.ts';
import { createWorkspaceRepository } from '../storage/workspaces/workspace-repository.ts';
import { type AdminCommand, AdminError } from './command.ts';
import { createAdminSlack } from './slack-client.ts';

const TEAM_ID = /^T[A-Z0-9]{1,30}$/;

const WHY = 'an operator removed the workspace';

/** Removes a workspace: all that is its own here, and then the app from it at Slack. */
export const removeWorkspace: AdminCommand = async (context, teamId) => {
  const { config, database, sealer, now, print } = context;
  if (!TEAM_ID.test(teamId)) throw new AdminError('Name the workspace by its id, like T0123ABCD: "list" shows them.');
  const workspaces = createWorkspaceRepository({ database, now });
  const installation = await createInstallationRepository({ database, sealer, now }).findReadable(teamId);
  const removed =
    installation === undefined
      ? await workspaces.clear(teamId, WHY)
      : await workspaces.remove(teamId, installation.installedAt, WHY);
  if (!removed && installation !== undefined) {
    throw new AdminError(`${teamId} was installed again at this moment, and nothing was removed. Run this once more.`);
  }
  if (!removed) {
    print(`Nothing of ${teamId} is stored.`);
    return true;
  }
  print(
    `The ColdSend keys, the settings and the waiting passwords of ${teamId} are removed. Running bots notice within 30 seconds.`,
  );
  const { workspaces: served } = config.slack;
  if (installation === undefined || served.kind === 'one') return true;
  if (installation.botToken === undefined) {
    print("Its token can't be opened, so the app is still there at Slack: an admin of the workspace can remove it.");
    return false;
  }

  const slack = createAdminSlack(config);
  try {
    const args = { client_id: served.clientId, client_secret: served.clientSecret };
    const answer = await slack.call('apps.uninstall', args, installation.botToken);
    if (answer === 'ok') print('The app is removed from the workspace at Slack too.');
    else {
      print(
        `Slack did not remove the app from the workspace (${answer ?? 'it can not be reached'}): an admin there can remove it.`,
      );
    }
    return answer === 'ok';
  } finally {
    await slack.close();
  }
};
