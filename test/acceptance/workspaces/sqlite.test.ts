import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { describeBorrowing } from './suites/borrowing.ts';
import { describeInstalling } from './suites/installing.ts';
import { describeKeepingApart } from './suites/keeping-apart.ts';
import { describeResealing } from './suites/resealing.ts';
import { describeUninstalling } from './suites/uninstalling.ts';

const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-agency-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let databases = 0;
const setting = {
  createUrl: async () => {
    databases += 1;
    return `sqlite:${join(folder, String(databases), 'bot.db')}`;
  },
  replicas: 1,
};

describeInstalling('SQLite', setting);
describeUninstalling('SQLite', setting);
describeKeepingApart('SQLite', setting);
describeBorrowing('SQLite', setting);
describeResealing('SQLite', setting);
