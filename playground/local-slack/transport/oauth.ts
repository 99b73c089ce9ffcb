import type { AuthorizeAnswer } from '../api.ts';
import type { Ids } from '../state/ids.ts';
import type { AppConfig } from '../state/records.ts';
import type { State } from '../state/state.ts';

export type OauthCode = {
  userId: string;
  teamId: string;
  orgWide: boolean;
  scopes: string[];
  redirectUri: string | undefined;
  issuedAt: number;
};

export type OauthCodes = {
  authorizeNextAs(answer: AuthorizeAnswer): void;
  /** Where the authorize page sends the browser, or what it says instead. */
  visit(url: URL): { redirect: string } | { error: string };
  /** Gives the code up: it works once, for ten minutes. */
  take(code: string): OauthCode | undefined;
};

const CODE_LIFE_MS = 10 * 60 * 1000;

/** The page where a person allows or denies the app: https://docs.slack.dev/authentication/installing-with-oauth */
export function createOauth({
  app,
  state,
  ids,
  now,
}: {
  app: AppConfig;
  state: State;
  ids: Ids;
  now: () => number;
}): OauthCodes {
  const codes = new Map<string, OauthCode>();
  let next: AuthorizeAnswer | undefined;

  return {
    authorizeNextAs(answer) {
      next = answer;
    },
    visit(url) {
      const asked = url.searchParams;
      const scopes = (asked.get('scope') ?? '').split(/[ ,]+/).filter((scope) => scope !== '');
      const redirectUri = asked.get('redirect_uri') ?? undefined;
      const target = redirectUri ?? (app.redirectUrls === 'any' ? undefined : app.redirectUrls[0]);
      if (asked.get('client_id') !== app.clientId) return { error: 'invalid_client_id' };
      if (scopes.length === 0) return { error: 'invalid_scope_requested' };
      if (app.scopes !== 'all' && !scopes.every((scope) => app.scopes.includes(scope)))
        return { error: 'invalid_scope' };
      if (target === undefined || !isAllowed(target, app.redirectUrls)) return { error: 'bad_redirect_uri' };
      const back = new URL(target);
      const stateGiven = asked.get('state');
      if (stateGiven !== null) back.searchParams.set('state', stateGiven);
      const { orgWide = false, declined = [] } = typeof next === 'object' ? next : {};
      const person = findPerson();
      if (person === undefined) {
        back.searchParams.set('error', 'access_denied');
        return { redirect: back.href };
      }
      const granted = scopes.filter((scope) => !(declined.includes(scope) && app.optionalScopes.includes(scope)));
      const code = `${ids.next('')}.${ids.secret(32)}`;
      codes.set(code, {
        userId: person.id,
        teamId: person.teamId,
        orgWide,
        scopes: granted,
        redirectUri,
        issuedAt: now(),
      });
      back.searchParams.set('code', code);
      return { redirect: back.href };

      function findPerson() {
        const answer = next;
        next = undefined;
        if (answer === 'deny') return undefined;
        if (answer !== undefined) return state.getPerson(answer.userId);
        const team = asked.get('team');
        return [...state.people.values()].find(
          ({ is_admin, teamId }) => is_admin && (team === null || team === teamId),
        );
      }
    },
    take(code) {
      const known = codes.get(code);
      codes.delete(code);
      return known === undefined || now() - known.issuedAt > CODE_LIFE_MS ? undefined : known;
    },
  };
}

function isAllowed(target: string, allowed: string[] | 'any'): boolean {
  return URL.canParse(target) && (allowed === 'any' || allowed.some((prefix) => target.startsWith(prefix)));
}
