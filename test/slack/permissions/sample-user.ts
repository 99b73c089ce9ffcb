import type { SlackUser } from '../../../src/slack/web-api/slack-api.ts';

/** U1, a full member of T1. */
export const SAMPLE_USER: SlackUser = {
  id: 'U1',
  real_name: 'Ada Park',
  name: 'ada',
  team_id: 'T1',
  deleted: false,
  is_admin: false,
  is_owner: false,
  is_restricted: false,
  is_ultra_restricted: false,
  is_stranger: false,
  is_bot: false,
};
