import { parseArgs } from 'node:util';
import { ACCOUNTS, DOMAINS_TO_TRY, MAIL_DOMAIN } from './local-mail/playground-mail.ts';
import { populate } from './page/populate.ts';
import { servePage } from './page/serve-page.ts';
import { refuseProduction } from './refuse-production.ts';
import { startPlayground } from './start-playground.ts';
import { playTour } from './tour.ts';

const USAGE = 'Usage: npm run playground [-- --port 3100 | -- --tour]';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const refusal = refuseProduction(process.env);
const options = readOptions();

if (refusal !== undefined) fail(refusal);
else if (options === undefined) fail(USAGE);
else if (options.tour) await playTour(print);
else await openPage(options.port);

function readOptions(): { tour: boolean; port: number } | undefined {
  try {
    const { values } = parseArgs({
      options: { tour: { type: 'boolean', default: false }, port: { type: 'string', default: '3100' } },
    });
    return /^\d{1,5}$/.test(values.port) && Number(values.port) < 65_536
      ? { tour: values.tour, port: Number(values.port) }
      : undefined;
  } catch {
    return undefined;
  }
}

async function openPage(port: number): Promise<void> {
  const playground = await startPlayground();
  const cast = populate(playground.slack);
  const page = await servePage(playground, cast, { port }).catch(async (error: unknown) => {
    await playground.close();
    if (!isPortTaken(error)) throw error;
    return undefined;
  });
  if (page === undefined) {
    return fail(`Port ${port} is in use. Choose another one: npm run playground -- --port ${port + 1}`);
  }
  print(`
The playground is open:  ${page.url}

The bot finds the servers of addresses by DNS. Try one at ${[MAIL_DOMAIN, ...DOMAINS_TO_TRY].join(', ')}.
The page has more of them: “Addresses to try”. A login that ColdSend refuses is checked. At ${MAIL_DOMAIN} every login works but those of ${Object.keys(ACCOUNTS).join(', ')}.

Press Ctrl+C to end it; it keeps nothing.`);
  const end = async (): Promise<void> => {
    await Promise.all([page.close(), playground.close()]);
    process.exit(0);
  };
  process.once('SIGINT', () => void end());
  process.once('SIGTERM', () => void end());
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function fail(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exitCode = 2;
}
