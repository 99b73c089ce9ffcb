import type { WorkspaceSettings } from '../people/workspace-settings.ts';
import type { AddInboxRequest } from '../request/request.ts';
import type { MatchedLink, SecureLink, ShownCode } from './secure-link.ts';
import type { Look, NoPage } from './secure-page.ts';

/** 30 letters and digits without 0, O, 1, I, L and U, which look like others. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

const [BEFORE_DASH, AFTER_DASH] = [2, 3];

/**
 * A code of six characters, like K7-4QX. Nobody types it, so it only has to differ from the code of another page.
 *
 * @param randomInt as in node:crypto
 */
export function createMatchingCode(randomInt: (max: number) => number): string {
  const draw = (length: number) => Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${draw(BEFORE_DASH)}-${draw(AFTER_DASH)}`;
}

/** The only answer that a page gets. `code`: until its person has confirmed this code in Slack. */
export type Barred = { kind: 'code'; code: string; expiresAt: number } | NoPage;

/** Undefined if the page may go on, or if the link does not work anyway. */
export type Gate<Bar> = (token: string, pageId: string | undefined) => Promise<Bar | undefined>;

type MatchingCodesDeps = {
  links: {
    findMatched(token: string): Promise<MatchedLink | undefined>;
    /** False if the link has shown too many codes. */
    showCode(token: string, shown: ShownCode): Promise<boolean>;
    withdrawCode(token: string, code: string): Promise<void>;
  };
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  /** The link's purpose, as for a page that may go on. */
  look(token: string): Promise<Look>;
  /** Asks the person of the link, where only they see it. False if Slack did not take the message. */
  askPerson(link: SecureLink, code: string, about: AddInboxRequest | undefined): Promise<boolean>;
  newCode(): string;
};

export type MatchingCodes = ReturnType<typeof createMatchingCodes>;

/**
 * Stands before everything that a page may do with a link, whatever the link is for. Where the workspace requires a matching code,
 * only a page that the person of the link has confirmed in Slack passes: whoever else has the link learns and changes nothing.
 * A page is known by an id that it draws itself and shows nobody.
 */
export function createMatchingCodes({ links, ...deps }: MatchingCodesDeps): { ask: Gate<Barred>; pass: Gate<NoPage> } {
  return { ask, pass };

  /** For the first question of a page, and each time it asks whether it is confirmed. A new page gets a code, and its person a message. */
  async function ask(token: string, pageId: string | undefined): Promise<Barred | undefined> {
    const matched = await findBarred(token, pageId);
    if (matched === undefined) return undefined;
    if (pageId === undefined) return GONE;
    const { link, shown } = matched;
    if (shown?.pageId === pageId) return { kind: 'code', code: shown.code, expiresAt: link.expiresAt };
    const look = await deps.look(token);
    if (look.kind === 'gone' || look.kind === 'later') return look;
    const code = deps.newCode();
    if (!(await links.showCode(token, { code, pageId }))) return GONE;
    if (await deps.askPerson(link, code, look.kind === 'password' ? look.request : undefined))
      return { kind: 'code', code, expiresAt: link.expiresAt };
    await links.withdrawCode(token, code);
    return { kind: 'later' };
  }

  /** For all other questions. */
  async function pass(token: string, pageId: string | undefined): Promise<NoPage | undefined> {
    return (await findBarred(token, pageId)) && GONE;
  }

  /** The link, if the page may not go on. */
  async function findBarred(token: string, pageId: string | undefined): Promise<MatchedLink | undefined> {
    const matched = await links.findMatched(token);
    if (matched === undefined || (pageId !== undefined && matched.confirmedPageId === pageId)) return undefined;
    const { matchingCode } = await deps.findSettings(matched.link.teamId);
    return matchingCode ? matched : undefined;
  }
}

const GONE: NoPage = { kind: 'gone' };
