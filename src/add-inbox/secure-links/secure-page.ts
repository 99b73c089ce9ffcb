import { findWarnings, type Warning } from '../account/find-warnings.ts';
import type { LoginVerdict } from '../account/login-verdict.ts';
import { type FieldErrors, type Passwords, type TypedAccount, validatePasswords } from '../account/sender-account.ts';
import type { AddInboxRequest } from '../request/request.ts';
import type { PermissionToAdd } from '../request/send-request.ts';
import type { SecureLink } from './secure-link.ts';

/** `gone`: the link does not work, for whatever reason. `later`: we could not find out if it does. */
export type NoPage = { kind: 'gone' } | { kind: 'later' };

/** `batch`: the link is for many inboxes; see `createBatchPage`. */
export type Look =
  | { kind: 'password'; request: AddInboxRequest; expiresAt: number }
  | { kind: 'batch'; link: SecureLink }
  | NoPage;

/** The input of a person. `isSure`: the person has seen the warnings. `pageId` names the page, which may send it again. */
type TypedPasswords = Pick<TypedAccount, keyof Passwords> & { isSure: boolean; pageId: string };

export type Saved =
  | { kind: 'saved' }
  | { kind: 'wrong'; errors: FieldErrors }
  | { kind: 'unsure'; warnings: Warning[] }
  | NoPage;

/** `unchecked`: there were enough checks for this inbox, or the bot is stopping. */
export type Checked =
  | { kind: 'checked'; request: AddInboxRequest; verdict: LoginVerdict }
  | { kind: 'unchecked' }
  | Extract<Saved, { kind: 'wrong' }>
  | NoPage;

type SecurePageDeps = {
  links: {
    find(token: string): Promise<SecureLink | undefined>;
    findSpent(token: string, pageId: string): Promise<SecureLink | undefined>;
    countWrong(token: string): Promise<boolean>;
    savePasswords(token: string, link: SecureLink, pageId: string, passwords: Passwords): Promise<boolean>;
  };
  findRequest(teamId: string, id: string): Promise<AddInboxRequest | undefined>;
  /** Whether the person of the link may still add inboxes, according to a recent answer from Slack. */
  checkPermission(person: { teamId: string; userId: string }): Promise<PermissionToAdd>;
  /** Logs in to the mailbox. Undefined where the bot logs in to none. */
  checkLogin: ((request: AddInboxRequest, passwords: Passwords) => Promise<LoginVerdict | undefined>) | undefined;
  /** Whether the login of a request may be checked once more. */
  mayCheck(requestId: string): boolean;
  /** Looks for due requests at once. */
  wake(): void;
  onSaved(request: AddInboxRequest): void;
  now(): number;
};

export type SecurePage = ReturnType<typeof createSecurePage>;

/**
 * Everything the secure page may show and do with a link's token. A link is dead once its request has ended or has its password, or
 * its person may no longer add inboxes. All methods throw the store's errors; `save` also CommitInDoubtError, after which it may be
 * repeated.
 */
export function createSecurePage({ links, ...deps }: SecurePageDeps) {
  return { look, check, save, canCheck: deps.checkLogin !== undefined };

  /** The link's purpose. Changes nothing. */
  async function look(token: string): Promise<Look> {
    const link = await links.find(token);
    if (link === undefined) return GONE;
    if (link.purpose.kind === 'batch') return { kind: 'batch', link };
    const request = await findWaiting(link);
    if ('kind' in request) return request;
    return { kind: 'password', request, expiresAt: Math.min(link.expiresAt, request.expiresAt) };
  }

  /** Tries the passwords at the mailbox's servers. Saves nothing, and the link still works. */
  async function check(token: string, typed: Pick<TypedAccount, keyof Passwords>): Promise<Checked> {
    const link = await links.find(token);
    if (link === undefined) return GONE;
    const request = await findWaiting(link);
    if ('kind' in request) return request;
    const passwords = validatePasswords(request.account, typed);
    if (!passwords.ok) return { kind: 'wrong', errors: passwords.errors };
    const verdict = deps.mayCheck(request.id) ? await deps.checkLogin?.(request, passwords.value) : undefined;
    return verdict === undefined ? { kind: 'unchecked' } : { kind: 'checked', request, verdict };
  }

  /** Commits the passwords and spends the link. The page that spent it gets the same answer again. */
  async function save(token: string, typed: TypedPasswords): Promise<Saved> {
    const saved = await commit(token, typed);
    if (saved.kind !== 'gone') return saved;
    const spent = await links.findSpent(token, typed.pageId);
    return spent?.purpose.kind === 'password' ? { kind: 'saved' } : GONE;
  }

  async function commit(token: string, { isSure, pageId, ...typed }: TypedPasswords): Promise<Saved> {
    const link = await links.find(token);
    if (link === undefined) return GONE;
    const request = await findWaiting(link);
    if ('kind' in request) return request;
    const passwords = validatePasswords(request.account, typed);
    if (!passwords.ok) return (await links.countWrong(token)) ? { kind: 'wrong', errors: passwords.errors } : GONE;
    const warnings = findWarnings({ ...request.account, ...passwords.value }).filter(isAboutPasswords);
    if (warnings.length > 0 && !isSure) return { kind: 'unsure', warnings };
    if (!(await links.savePasswords(token, link, pageId, passwords.value))) return GONE;
    deps.onSaved(request);
    deps.wake();
    return { kind: 'saved' };
  }

  async function findWaiting({ teamId, userId, purpose }: SecureLink): Promise<AddInboxRequest | NoPage> {
    if (purpose.kind !== 'password') return GONE;
    const request = await deps.findRequest(teamId, purpose.requestId);
    if (request === undefined || request.userId !== userId || !waitsForPassword(request, deps.now())) return GONE;
    const permission = await deps.checkPermission(request);
    if (permission.kind === 'unknown') return { kind: 'later' };
    return permission.kind === 'may' ? request : GONE;
  }
}

const GONE: NoPage = { kind: 'gone' };

/** Whether its person can still enter the password. */
export function waitsForPassword({ waitsFor, outcome, expiresAt }: AddInboxRequest, now: number): boolean {
  return waitsFor === 'password' && outcome === undefined && now < expiresAt;
}

function isAboutPasswords(warning: Warning): boolean {
  return warning.includes('_password_');
}
