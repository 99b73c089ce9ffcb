import { normalizeHeader } from './columns.ts';

/** The vendor whose columns a file has. It is shown to the person as a sign that the bot understood the file. */
export type Vendor = (typeof VENDORS)[number][0];

/** Normalized headers that together occur only in this vendor's files. The first match counts. */
const VENDORS = [
  ['Smartlead', ['fromname', 'fromemail', 'username', 'maxemailperday']],
  ['CeyMail', ['fromname', 'fromemail', 'smtpusername', 'smtppassword']],
  ['Woodpecker', ['smtpemail', 'smtplogin', 'imapemail']],
  ['BrandJet', ['fromname', 'smtptls', 'imaptls', 'dailylimit']],
  ['EmailBison', ['smtpserver', 'imapserver', 'smtpsecure', 'imapsecure', 'dailylimit']],
  ['Salesforge', ['address', 'firstname', 'imaphost', 'trackingdomain', 'signature']],
  ['IceMail', ['firstname', 'lastname', 'email', 'apppassword', 'secretkey', 'admin']],
  ['SendKit', ['email', 'password', 'smtphost', 'imaphost', 'displayname']],
  ['Instantly', ['email', 'firstname', 'lastname', 'imapusername', 'smtpusername']],
] as const satisfies readonly (readonly [string, readonly string[]])[];

export function findVendor(headers: string[]): Vendor | undefined {
  const normalized = new Set(headers.map(normalizeHeader));
  return VENDORS.find(([, marks]) => marks.every((mark) => normalized.has(mark)))?.[0];
}
