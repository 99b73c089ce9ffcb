/** What a run of the fault tests does, and how the environment says so. */
export const SETTINGS = {
  FAULT_SEED: [1, 'seed of the first trial; each trial has the next one, and one seed with a count of 1 repeats it'],
  FAULT_SQLITE_KILLS: [200, 'SIGKILL of the bot on SQLite, at random moments and at commits and network writes'],
  FAULT_SQLITE_POINTS: [24, 'SIGKILL before and after each of so many first commits and network writes of one request'],
  FAULT_POSTGRES_KILLS: [50, 'SIGKILL of one of three replicas on PostgreSQL, under load'],
  FAULT_POSTGRES_POINTS: [
    50,
    'the same before and after each of so many first statements and network writes of one request',
  ],
  FAULT_BATCH_KILLS: [
    40,
    'SIGKILL of the bot on SQLite while people add lists in Slack and on the secure page, and fix what failed',
  ],
  FAULT_BATCH_POSTGRES_KILLS: [20, 'the same of one of three replicas on PostgreSQL'],
  FAULT_BATCH_FREEZES: [10, 'SIGSTOP of a replica past its leases while people add lists, then SIGCONT'],
  FAULT_PAGE_KILLS: [
    60,
    'SIGKILL of the bot on SQLite while people enter passwords of single inboxes on the secure page',
  ],
  FAULT_PAGE_POSTGRES_KILLS: [30, 'the same of one of three replicas on PostgreSQL'],
  FAULT_FREEZES: [10, 'SIGSTOP of a replica past its lease, then SIGCONT'],
  FAULT_COPIES: [50, 'submissions that are delivered to three replicas at once'],
  FAULT_NETWORK_STEP: [50, 'the connection to ColdSend breaks at each so many bytes; 1 is every byte, 0 leaves it out'],
  FAULT_SLACK_REQUESTS: [30, 'requests over a connection to Slack that breaks anywhere'],
  FAULT_SOCKET_MINUTES: [
    4,
    'minutes of Socket Mode whose connections close, break and hang, on one replica and on three',
  ],
  FAULT_OUTAGES: [2, 'times that PostgreSQL crashes, is black-holed and has no connections left, each under load'],
  FAULT_BACKLOG: [500, 'requests of five workspaces that wait for their slots on three replicas, 100 a minute'],
  FAULT_CLOCK_JUMPS: [1, 'times that the clock is set a day on and back'],
  FAULT_FULL_DISKS: [2, 'times that the disk is full (where this user may mount one)'],
  FAULT_FSYNCS: [30, 'trials in which fsync fails under SQLite, once or for good (where there is a C compiler)'],
} as const satisfies Record<string, readonly [number, string]>;

export type Settings = { [Name in keyof typeof SETTINGS]: number };

/** Throws where a variable is no whole number. Those that are not set have their default, or `otherwise`. */
export function parseSettings(env: Record<string, string | undefined>, otherwise?: number): Settings {
  const numberOf = (name: keyof Settings): number => {
    const given = env[name];
    if (given === undefined || given === '') return name === 'FAULT_SEED' ? 1 : (otherwise ?? SETTINGS[name][0]);
    const number = Number(given);
    if (!Number.isSafeInteger(number) || number < 0) throw new TypeError(`${name} must be a whole number`);
    return number;
  };
  return {
    FAULT_SEED: numberOf('FAULT_SEED'),
    FAULT_SQLITE_KILLS: numberOf('FAULT_SQLITE_KILLS'),
    FAULT_SQLITE_POINTS: numberOf('FAULT_SQLITE_POINTS'),
    FAULT_POSTGRES_KILLS: numberOf('FAULT_POSTGRES_KILLS'),
    FAULT_POSTGRES_POINTS: numberOf('FAULT_POSTGRES_POINTS'),
    FAULT_BATCH_KILLS: numberOf('FAULT_BATCH_KILLS'),
    FAULT_BATCH_POSTGRES_KILLS: numberOf('FAULT_BATCH_POSTGRES_KILLS'),
    FAULT_BATCH_FREEZES: numberOf('FAULT_BATCH_FREEZES'),
    FAULT_PAGE_KILLS: numberOf('FAULT_PAGE_KILLS'),
    FAULT_PAGE_POSTGRES_KILLS: numberOf('FAULT_PAGE_POSTGRES_KILLS'),
    FAULT_FREEZES: numberOf('FAULT_FREEZES'),
    FAULT_COPIES: numberOf('FAULT_COPIES'),
    FAULT_NETWORK_STEP: numberOf('FAULT_NETWORK_STEP'),
    FAULT_SLACK_REQUESTS: numberOf('FAULT_SLACK_REQUESTS'),
    FAULT_SOCKET_MINUTES: numberOf('FAULT_SOCKET_MINUTES'),
    FAULT_OUTAGES: numberOf('FAULT_OUTAGES'),
    FAULT_BACKLOG: numberOf('FAULT_BACKLOG'),
    FAULT_CLOCK_JUMPS: numberOf('FAULT_CLOCK_JUMPS'),
    FAULT_FULL_DISKS: numberOf('FAULT_FULL_DISKS'),
    FAULT_FSYNCS: numberOf('FAULT_FSYNCS'),
  };
}

export function renderHelp(): string {
  const lines = Object.entries(SETTINGS).map(([name, [count, what]]) => `  ${`${name}=${count}`.padEnd(31)} ${what}`);
  return [
    'npm run test:faults           runs all of it',
    'npm run test:faults -- only   runs what is set in the environment, and nothing else',
    '',
    'Each trial runs the real bot against a local Slack and a local ColdSend and compares their ledgers with what was',
    'acknowledged. Any violation makes the status 1, and is printed with the seed that repeats it. Settings:',
    '',
    ...lines,
  ].join('\n');
}
