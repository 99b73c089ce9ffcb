import type { AddableRow } from '../../../add-inbox/batch/drafts.ts';
import { truncate } from '../../blocks/foreign-text.ts';
import { LOGIN_NOT_CHECKED, LOGIN_UNKNOWNS } from '../../sentences/logins.ts';
import { describeLogin, serversOf } from '../../thread/checks/describe-login.ts';
import { describeAddress, MAX_LINE, type RowOfKind, shown } from './preview-rows.ts';

type CheckedLogin = Pick<AddableRow, 'account' | 'login'>;

/** A row whose login is refused: which half, and why. */
export function describeRefused({ line, address, ...row }: RowOfKind<'login_refused'>): string {
  return truncate(describeAddress({ line, address }, describeRefusedHalves(row)), MAX_LINE);
}

/** Which halves of a row's login are refused, and why. */
export function describeRefusedHalves({ account, login }: CheckedLogin): string {
  if (login === undefined) return '';
  return describeLogin(login, withShownHosts(account), ({ kind }) => kind === 'refused').join(' ');
}

/** Why logins were not checked: the rows of each reason. */
export function findNotChecked<Row extends CheckedLogin>(rows: readonly Row[]): { why: string; rows: Row[] }[] {
  const pairs = rows.flatMap((row) => [...whysOf(row)].map((why) => ({ why, row })));
  return [...Map.groupBy(pairs, ({ why }) => why)].map(([why, found]) => ({ why, rows: found.map(({ row }) => row) }));
}

function whysOf({ account, login }: CheckedLogin): Set<string> {
  if (login === undefined) return new Set();
  const whys = serversOf(withShownHosts(account)).flatMap((server) => {
    const verdict = login[server.half];
    if (verdict.kind !== 'unknown') return [];
    const say = LOGIN_NOT_CHECKED[verdict.reason];
    return [say?.(server) ?? `${server.host}: ${LOGIN_UNKNOWNS[verdict.reason](server)}`];
  });
  return new Set(whys);
}

function withShownHosts(account: AddableRow['account']): AddableRow['account'] {
  return { ...account, smtp_host: shown(account.smtp_host), imap_host: shown(account.imap_host) };
}
