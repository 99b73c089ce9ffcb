import type { LocalSlack } from '../local-slack/local-slack.ts';

/** Someone the page can act as. */
export type CastMember = { userId: string; teamId: string; name: string; role: string };

/** People of every kind that the bot tells apart, and conversations of every kind it may or may not post in. */
export function populate(slack: LocalSlack): CastMember[] {
  const globex = slack.addWorkspace({ name: 'Globex', installed: false });
  const ada = slack.addPerson({ name: 'Ada', real_name: 'Ada Admin', is_admin: true });
  const mel = slack.addPerson({ name: 'Mel', real_name: 'Mel Member' });
  const gus = slack.addPerson({ name: 'Gus', real_name: 'Gus Guest', is_restricted: true });
  const sam = slack.addPerson({ name: 'Sam', real_name: 'Sam Stranger', teamId: globex.teamId });

  const everyone = [ada.id, mel.id, gus.id];
  slack.addChannel({ name: 'inboxes', members: everyone, withBot: true });
  slack.addChannel({ name: 'general', members: everyone });
  slack.addChannel({ name: 'deals', kind: 'private', members: [ada.id, mel.id] });
  slack.addChannel({
    name: 'acme-globex',
    members: [...everyone, sam.id],
    withBot: true,
    sharedWith: [globex.teamId],
  });
  slack.addChannel({ kind: 'im', members: [ada.id, mel.id] });

  const roles = { [ada.id]: 'admin', [mel.id]: 'member', [gus.id]: 'guest', [sam.id]: 'of Globex' };
  return [ada, mel, gus, sam].map(({ id, teamId, name }) => ({ userId: id, teamId, name, role: roles[id] ?? '' }));
}
