/** The bot in one workspace, with the data it needs to act there. */
export type Installation = {
  teamId: string;
  teamName: string;
  /** The organization that the workspace belongs to. */
  enterpriseId: string | undefined;
  /** A secret. */
  botToken: string;
  botId: string;
  botUserId: string;
  appId: string;
  scopes: string[];
  installedBy: string;
  /** Milliseconds since 1970. It differs each time the workspace installs the bot again. */
  installedAt: number;
};

/** The facts about an installation that people may see. */
export type ShownInstallation = Omit<Installation, 'botToken'>;
