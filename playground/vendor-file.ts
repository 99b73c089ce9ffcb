/*
 * A made-up file like those that vendors of inboxes hand out. It imports nothing, so that the page can make one too.
 */

const FIRST_NAMES = ['Jane', 'Bob', 'Kim', 'Ana', 'Tom', 'Lea', 'Max', 'Ida', 'Sam', 'Eva'];
const LAST_NAMES = ['Doe', 'Roe', 'Lee', 'Diaz', 'Hill', 'Berg', 'Moss', 'Park', 'Wood', 'Lund'];
const DOMAINS = ['try-acme.com', 'get-acme.com', 'acme-mail.com'];

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

type Row = { address: string; first: string; last: string; password: string; dailyLimit: string };

/** As Instantly and all that copy it export inboxes: comma-separated, a line an inbox, ended as Windows does. */
export function writeVendorFile(count = 40): string {
  const header =
    'Email,First Name,Last Name,IMAP Username,IMAP Password,IMAP Host,IMAP Port,SMTP Username,SMTP Password,SMTP Host,SMTP Port,Daily Limit,Warmup Enabled,Warmup Limit,Warmup Increment';
  const lines = makeRows(count).map(({ address, first, last, password, dailyLimit }) => {
    const imap = [address, password, 'imap.gmail.com', '993'];
    const smtp = [address, password, 'smtp.gmail.com', '587'];
    return [address, first, last, ...imap, ...smtp, dailyLimit, 'true', '10', '1'].join(',');
  });
  return [header, ...lines, ''].join('\r\n');
}

/** The same inboxes as copied from a spreadsheet: tab-separated, and short enough for a field of 3,000 characters. */
export function writeVendorPaste(count = 40): string {
  const lines = makeRows(count).map(({ address, first, last, password, dailyLimit }) =>
    [address, first, last, password, 'google', dailyLimit].join('\t'),
  );
  return ['Email\tFirst Name\tLast Name\tApp Password\tProvider\tDaily Limit', ...lines].join('\n');
}

/** Three of them are wrong: no password, no address, a daily limit that is no number. */
function makeRows(count: number): Row[] {
  const rows = Array.from({ length: count }, (_, index) => makeRow(index));
  const [noPassword, noAddress, noLimit] = [0.2, 0.5, 0.8].map((share) => rows[Math.floor(count * share)]);
  if (noPassword !== undefined) noPassword.password = '';
  if (noAddress !== undefined) noAddress.address = noAddress.address.replace('@', ' at ');
  if (noLimit !== undefined) noLimit.dailyLimit = 'many';
  return rows;
}

function makeRow(index: number): Row {
  const first = pick(FIRST_NAMES, index);
  const last = pick(LAST_NAMES, Math.floor(index / FIRST_NAMES.length));
  const again = Math.floor(index / (FIRST_NAMES.length * LAST_NAMES.length));
  const name = `${first}.${last}${again === 0 ? '' : again}`.toLowerCase();
  return { address: `${name}@${pick(DOMAINS, index)}`, first, last, password: makePassword(index), dailyLimit: '30' };
}

/** Sixteen letters in groups of four, as Google shows app passwords; the same for the same row each time. */
function makePassword(index: number): string {
  let seed = index + 1;
  const letters = Array.from({ length: 16 }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return LETTERS[seed % LETTERS.length];
  });
  return letters.join('').replaceAll(/(.{4})(?=.)/g, '$1 ');
}

function pick(list: string[], index: number): string {
  return list[index % list.length] ?? '';
}
