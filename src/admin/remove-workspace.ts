import { createInstallationRepository } from '../storage/workspaces/installation-repository.ts';
import { createWorkspaceRepository } from '../storage/workspaces/workspace-repository.ts';
import { type AdminCommand, AdminError } from './command.ts';
import { createAdminSlack } from './slack-client.ts';

const TEAM_ID = /^T[A-Z0-9]{1,30}$/;

const WHY = 'an operator removed the workspace';

/** Removes a workspace: first all of its data here, then the app at Slack. */
export const removeWorkspace: AdminCommand = async (context, teamId) => {
  const { config, database, sealer, now, print } = context;
  if (!TEAM_ID.test(teamId))
    throw new AdminError('Name the workspace by its ID, like T0123ABCD. Run "list" to see the IDs.');
  const workspaces = createWorkspaceRepository({ database, now });
  const installation = await createInstallationRepository({ database, sealer, now }).findReadable(teamId);
  const removed =
    installation === undefined
      ? await workspaces.clear(teamId, WHY)
      : await workspaces.remove(teamId, installation.installedAt, WHY);
  if (!removed && installation !== undefined) {
    throw new AdminError(`${teamId} was installed again just now, so nothing was removed. Run this again.`);
  }
  if (!removed) {
    print(`There is no data of ${teamId} here.`);
    return true;
  }
  print(
    `The ColdSend keys, the settings and the waiting passwords of ${teamId} are deleted. Running bots notice within 30 seconds.`,
  );
  const { workspaces: served } = config.slack;
  if (installation === undefined || served.kind === 'one') return true;
  if (installation.botToken === undefined) {
    print("Its token can't be opened, so the app is still in the workspace. An admin there can remove it.");
    return false;
  }

  const slack = createAdminSlack(config);
  try {
    const args = { client_id: served.clientId, client_secret: served.clientSecret };
    const answer = await slack.call('apps.uninstall', args, installation.botToken);
    if (answer === 'ok') print('Slack removed the app from the workspace, too.');
    else print(`Slack did not remove the app from the workspace (${answer}). An admin there can remove it.`);
    return answer === 'ok';
  } finally {
    await slack.close();
  }
};
