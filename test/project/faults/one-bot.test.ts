import { test } from 'node:test';
import { killWithBatches } from '../../../faults/batches/kill-batches.ts';
import { breakColdsend, breakSlack } from '../../../faults/campaigns/broken-network.ts';
import { jumpClock } from '../../../faults/campaigns/clock-jump.ts';
import { failFsync } from '../../../faults/campaigns/failing-fsync.ts';
import { killWithForms } from '../../../faults/campaigns/form-kills.ts';
import { fillDisk } from '../../../faults/campaigns/full-disk.ts';
import { killWithPages } from '../../../faults/campaigns/page-kills.ts';
import { keepsThePromise, SEED, SEED_OF_LISTS } from './keeps-the-promise.ts';

test('killed at any moment on SQLite, nothing is lost, sent twice or reported wrongly', async () => {
  keepsThePromise(await killWithForms({ seed: SEED, kills: 8 }));
});

test('killed while people add many inboxes in Slack and on the page, where they fix what failed, each row is sent at most once and reported as it ended', async () => {
  keepsThePromise(await killWithBatches({ seed: SEED_OF_LISTS, kills: 2 }));
});

test('killed while people enter passwords on the secure page, none is lost, sent twice or mixed up', async () => {
  keepsThePromise(await killWithPages({ seed: SEED, kills: 3 }));
});

test('whatever the network to ColdSend does, what is reported is true', async () => {
  keepsThePromise(await breakColdsend({ seed: SEED, every: 400 }));
});

test('whatever the network to Slack does, the outcome gets there', async () => {
  keepsThePromise(await breakSlack({ seed: SEED, requests: 4 }));
});

test('a clock that is set a day on or back makes nobody wait for a day', async () => {
  keepsThePromise(await jumpClock({ seed: SEED }));
});

test('a full disk is said, and it goes on once there is room again', async () => {
  keepsThePromise(await fillDisk({ seed: SEED, times: 1 }));
});

test('what a failing fsync did not save is not said to be accepted', async () => {
  keepsThePromise(await failFsync({ seed: SEED, times: 4 }));
});
