import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Person } from '../../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox } from '../../world/add-google-inbox.ts';
import { type AgencyTeam, type Setting, startAgency } from '../start-agency.ts';

const PEOPLE = 4;
const EACH = 3;

/** Many people of three workspaces at once: no call is ever made with another workspace's token or key. */
export function describeKeepingApart(kind: string, setting: Setting): void {
  test(`under load, on ${kind}: each workspace is served with its own token and key`, async (context) => {
    const agency = await startAgency(context, setting);
    const { slack, coldsend, teams } = agency;
    for (const team of teams) await agency.setUp(team);
    const callsBefore = slack.ledger.calls.length;

    const crowds = teams.map((team) => Array.from({ length: PEOPLE }, (_, at) => addMember(team, at)));
    await Promise.all(
      teams.flatMap((team, which) => (crowds[which] ?? []).map((person, at) => addAll(team, person, at))),
    );
    const addresses = teams.flatMap((team) =>
      Array.from({ length: PEOPLE * EACH }, (_, n) => addressOf(team, Math.floor(n / EACH), n % EACH)),
    );
    for (const address of addresses) {
      await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
    }

    const nameOf = (text: string) => /@(\w+)\.example/.exec(text)?.[1];
    for (const { body, key } of coldsend.ledger) {
      const name = nameOf(JSON.stringify(body));
      if (name !== undefined) assert.equal(key?.toLowerCase(), name, 'the key is the workspace’s own');
    }
    const sent = coldsend.ledger.filter(({ body }) => nameOf(JSON.stringify(body)) !== undefined);
    assert.equal(sent.length, addresses.length, 'each once');

    const teamOf = new Map(teams.map(({ teamId, name }) => [name.toLowerCase(), teamId]));
    for (const call of slack.ledger.calls.slice(callsBefore)) {
      const said = JSON.stringify(call.args);
      const name = nameOf(said);
      if (name !== undefined)
        assert.equal(call.teamId, teamOf.get(name), `${call.method} with the workspace’s own token`);
      if (typeof call.args.user === 'string') assert.equal(call.teamId, slack.as(call.args.user).teamId);
      // Of a form that was closed in between.
      if (call.method === 'views.update' && call.response?.error === 'not_found') continue;
      assert.notEqual(call.response?.ok, false, `${call.method}: ${JSON.stringify(call.response)}`);
    }
    for (const { teamId, channelId } of teams) {
      for (const { text } of slack.messages(channelId)) {
        const name = nameOf(text);
        if (name !== undefined) assert.equal(teamOf.get(name), teamId, 'told in the workspace’s own channel');
      }
    }
    assert.deepEqual(slack.problems, []);

    function addMember(team: AgencyTeam, at: number): Person {
      const { id } = slack.addPerson({ name: `member-${team.name}-${at}`, teamId: team.teamId });
      slack.join(team.channelId, id);
      return slack.as(id);
    }

    async function addAll(team: AgencyTeam, person: Person, at: number): Promise<void> {
      for (let n = 0; n < EACH; n += 1) {
        if (n > 0) await person.close({ all: true });
        await addGoogleInbox(person, { address: addressOf(team, at, n), channelId: team.channelId });
      }
    }
  });
}

function addressOf({ name }: AgencyTeam, person: number, n: number): string {
  return `p${person}n${n}@${name.toLowerCase()}.example.com`;
}
