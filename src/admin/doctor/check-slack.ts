import { BOT_SCOPES, OPTIONAL_SCOPES } from '../../slack/ids.ts';
import { createInstallationRepository } from '../../storage/workspaces/installation-repository.ts';
import type { DoctorContext, Finding } from '../command.ts';
import { type AdminSlack, createAdminSlack, describeSlackError } from '../slack-client.ts';
import { sayWhoIsBetween, sayWhyUnreachable } from '../why-unreachable.ts';

/** A clock that is five minutes off makes the bot refuse Slack's signed requests. A correct clock differs by at most a second. */
const CLOCK_MAY_DIFFER_MS = 30_000;

/** Checks the tokens, their scopes, the app's credentials, and the clock. */
export async function checkSlack(context: DoctorContext): Promise<Finding[]> {
  const slack = createAdminSlack(context.config);
  try {
    return [
      await checkClock(context, slack),
      ...(await checkApp(context, slack)),
      ...(await checkWorkspaces(context, slack)),
    ];
  } finally {
    await slack.close();
  }
}

async function checkClock({ config, now }: DoctorContext, { fetch }: AdminSlack): Promise<Finding> {
  try {
    const before = now();
    const response = await fetch(new URL('api.test', config.slack.apiUrl).href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '',
      signal: AbortSignal.timeout(10_000),
    });
    const between = sayWhoIsBetween(response.status);
    if (between !== undefined) return { ok: false, says: `Slack can't be reached: ${between}.` };
    const theirs = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(theirs)) return { ok: false, says: 'Slack did not send its time, so the clock is not checked.' };
    // The header has whole seconds, so half a second is lost on average.
    const off = (before + now()) / 2 - (theirs + 500);
    const seconds = Math.round(Math.abs(off) / 1000);
    return Math.abs(off) <= CLOCK_MAY_DIFFER_MS
      ? { ok: true, says: "The clock agrees with Slack's." }
      : { ok: false, says: `The clock is ${seconds} seconds ${off > 0 ? 'ahead of' : 'behind'} Slack's. Correct it.` };
  } catch (error) {
    return { ok: false, says: `Slack can't be reached at SLACK_API_URL: ${sayWhyUnreachable(error)}.` };
  }
}

async function checkApp({ config }: DoctorContext, slack: AdminSlack): Promise<Finding[]> {
  const { transport, workspaces } = config.slack;
  const findings: Finding[] = [];
  if (transport.kind === 'socket') {
    const answer = await slack.call('apps.connections.open', {}, transport.appToken);
    findings.push(
      answer === 'ok'
        ? { ok: true, says: 'Slack accepts SLACK_APP_TOKEN.' }
        : { ok: false, says: `Slack did not confirm SLACK_APP_TOKEN (${answer}).` },
    );
  }
  if (workspaces.kind === 'many') {
    // An invalid code is enough, because Slack checks the credentials first.
    const { clientId, clientSecret } = workspaces;
    const answer = await slack.call('oauth.v2.access', {
      code: 'doctor',
      client_id: clientId,
      client_secret: clientSecret,
    });
    findings.push(
      answer === 'invalid_code'
        ? { ok: true, says: 'Slack accepts SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.' }
        : {
            ok: false,
            says: `Slack did not confirm SLACK_CLIENT_ID and SLACK_CLIENT_SECRET (${answer}).`,
          },
    );
  }
  return findings;
}

async function checkWorkspaces(
  { config, database, sealer, now }: DoctorContext,
  slack: AdminSlack,
): Promise<Finding[]> {
  const { workspaces } = config.slack;
  if (workspaces.kind === 'one') return checkToken(slack, workspaces.botToken, 'The workspace of SLACK_BOT_TOKEN');
  if (database instanceof Error) return [];
  const repository = createInstallationRepository({ database, sealer, now });
  const findings: Finding[] = [];
  for (const { teamId } of await repository.listTeams()) {
    const installation = await repository.findReadable(teamId);
    if (installation === undefined) continue;
    const { botToken } = installation;
    if (botToken !== undefined) findings.push(...(await checkToken(slack, botToken, teamId)));
    else
      findings.push({
        ok: false,
        says: `The token of ${teamId} can't be opened. Ask an admin there to install the app again.`,
      });
  }
  return findings.length > 0 ? findings : [{ ok: true, says: 'No workspace has installed the bot yet.' }];
}

async function checkToken({ apiOf }: AdminSlack, botToken: string, which: string): Promise<Finding[]> {
  try {
    const { teamId, isOrgWide, scopes } = await apiOf(botToken).authTest();
    if (isOrgWide) {
      return [{ ok: false, says: `${which} is a whole organization. Install the app in a single workspace instead.` }];
    }
    const name = which === teamId ? which : `${which} (${teamId})`;
    const lacking = BOT_SCOPES.filter((scope) => !scopes.includes(scope));
    const isOptional = (scope: string) => OPTIONAL_SCOPES.some((optional) => optional === scope);
    const missing = lacking.filter((scope) => !isOptional(scope));
    const surplus = scopes.filter((scope) => !BOT_SCOPES.some((known) => known === scope));
    if (missing.length > 0) {
      return [
        {
          ok: false,
          says: `${name} has not granted these scopes of manifest.yml: ${missing.join(', ')}. Install the app there again.`,
        },
      ];
    }
    const more = surplus.length === 0 ? '' : ` It has also granted ${surplus.join(', ')}.`;
    const granted = lacking.length === 0 ? 'all scopes' : `all scopes except the optional ${lacking.join(', ')}`;
    return [{ ok: true, says: `${name} has granted ${granted} of manifest.yml.${more}` }];
  } catch (error) {
    return [{ ok: false, says: `${which} can't be used, because ${describeSlackError(error)}.` }];
  }
}
