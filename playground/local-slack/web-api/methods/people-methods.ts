import { z } from 'zod';
import { isVisiblePerson } from '../../state/visible-channels.ts';
import { userJson } from '../../state/wire.ts';
import { count, cursor, flag } from '../args.ts';
import { takePage } from '../page.ts';
import { botMethod, type Method, SlackApiError } from '../web-api-method.ts';

export const peopleMethods: { [name: string]: Method } = {
  'users.info': botMethod(
    'users:read',
    { user: z.string(), include_locale: flag.optional() },
    ({ core, installation }, { user }) => {
      const person = core.state.people.get(user);
      if (person === undefined) throw new SlackApiError('user_not_found');
      if (!isVisiblePerson(core.state, installation, person)) throw new SlackApiError('user_not_visible');
      return { user: userJson(core, installation, person) };
    },
  ),

  'users.list': botMethod(
    'users:read',
    { cursor, limit: count.optional(), include_locale: flag.optional(), team_id: z.string().optional() },
    ({ core, installation }, { cursor: from, limit }) => {
      const visible = [...core.state.people.values()].filter((person) =>
        isVisiblePerson(core.state, installation, person),
      );
      const { items, response_metadata } = takePage(visible, from, limit);
      return { members: items.map((person) => userJson(core, installation, person)), response_metadata };
    },
  ),

  'usergroups.list': botMethod(
    'usergroups:read',
    {
      include_users: flag.optional(),
      include_disabled: flag.optional(),
      include_count: flag.optional(),
      team_id: z.string().optional(),
    },
    ({ core, installation }, { include_users }) => ({
      usergroups: [...core.state.userGroups.values()]
        .filter(({ teamId }) => teamId === installation.teamId)
        .map(({ id, teamId, handle, name, members }) => ({
          id,
          team_id: teamId,
          is_usergroup: true,
          name,
          handle,
          date_delete: 0,
          user_count: members.length,
          ...(include_users === true ? { users: members } : {}),
        })),
    }),
  ),

  'usergroups.users.list': botMethod(
    'usergroups:read',
    { usergroup: z.string(), include_disabled: flag.optional(), team_id: z.string().optional() },
    ({ core, installation }, { usergroup }) => {
      const group = core.state.userGroups.get(usergroup);
      if (group === undefined || group.teamId !== installation.teamId) throw new SlackApiError('no_such_subteam');
      return { users: group.members };
    },
  ),
};
