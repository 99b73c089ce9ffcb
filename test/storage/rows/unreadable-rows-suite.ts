import { describe } from 'node:test';
import type { TestDatabases } from '../test-databases.ts';
import { describeUnreadablePasswords } from './unreadable-passwords-suite.ts';
import { describeUnreadableRequests } from './unreadable-requests-suite.ts';
import { setUpUnreadable } from './unreadable-set-up.ts';
import { describeUnreadableSlots } from './unreadable-slots-suite.ts';
import { describeUnreadableWorkspaces } from './unreadable-workspaces-suite.ts';

export function describeUnreadableRows(databases: TestDatabases) {
  describe(`rows that can't be read on ${databases.kind}`, () => {
    const setUp = setUpUnreadable(databases);
    describeUnreadableRequests(setUp);
    describeUnreadablePasswords(setUp);
    describeUnreadableWorkspaces(setUp);
    describeUnreadableSlots(setUp);
  });
}
