import { normalizeHeader } from './columns.ts';

/** Whose columns a file has; shown to the person, so that they see that it was understood. */
export type Vendor = (typeof VENDORS)[number][0];

/** Headers that only this vendor's files have together, normalized; the first that fits counts. */
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
