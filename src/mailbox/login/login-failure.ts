import { z } from 'zod';

/** The facts in an error of nodemailer or imapflow, in the same terms for both. */
export type LoginFailure = {
  /** The socket's, OpenSSL's or the library's code; empty for an error without one. */
  code: string;
  /** SMTP's reply code; undefined where the lines of the reply have different ones. */
  status: number | undefined;
  /** IMAP's tagged answer. */
  imapStatus: string | undefined;
  /** IMAP's response code in brackets. */
  imapCode: string | undefined;
  /** The server's own words, in lower case. They are matched with patterns, and never kept or shown. */
  words: string;
  /** The login itself was refused, and not something before it. */
  atLogin: boolean;
  /** The server refused STARTTLS or does not offer it. What goes wrong later, while TLS begins, has a code of its own. */
  atStarttls: boolean;
  /** IMAP's BYE instead of a greeting. */
  isBye: boolean;
  /** No greeting came in time. nodemailer has one code for all its time-outs. */
  atGreeting: boolean;
  certificateName: string | undefined;
};

const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

const mailError = z
  .object({
    code: text,
    originalCode: text,
    command: text,
    responseCode: z.number().optional().catch(undefined),
    response: text,
    responseText: text,
    responseStatus: text,
    serverResponseCode: text,
    authenticationFailed: flag,
    tlsFailed: flag,
    reason: text,
    message: text,
    timeoutType: text,
    cert: z.object({ subjectaltname: text }).optional().catch(undefined),
  })
  .catch({});

/** Longer texts are cut: they are searched with patterns. */
const MAX_WORDS = 2_000;

/** Reads any value that a library threw; never throws. */
export function readLoginFailure(error: unknown): LoginFailure {
  const read = mailError.parse(error);
  const code = read.originalCode ?? read.code ?? '';
  // Errors of TLS have a `reason` too, which may quote a certificate.
  const bye = code.startsWith('ERR_') ? undefined : read.reason;
  const words = [read.serverResponseCode, read.response, read.responseText, bye].filter((each) => each !== undefined);
  return {
    code,
    status: isOneReply(read) ? read.responseCode : undefined,
    imapStatus: read.responseStatus,
    imapCode: read.serverResponseCode,
    words: (words.length > 0 ? words.join(' ') : (read.message ?? '')).slice(0, MAX_WORDS).toLowerCase(),
    atLogin: read.code === 'EAUTH' || read.authenticationFailed === true,
    atStarttls: code === 'ETLS' ? read.responseCode !== undefined : read.tlsFailed === true && code === '',
    isBye: bye !== undefined,
    atGreeting: /greeting/i.test(read.timeoutType ?? ''),
    certificateName: firstNameOf(read.cert?.subjectaltname),
  };
}

function isOneReply({ response = '', responseCode }: z.output<typeof mailError>): boolean {
  return response.split(/\r?\n/).every((line) => line === '' || line.startsWith(String(responseCode)));
}

/** The first name of a certificate that looks like one of a host: `DNS:mail.host.com, DNS:…`. */
function firstNameOf(alternativeNames: string | undefined): string | undefined {
  return /(?:^|, ?)DNS:((?!\*)[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)(?:,|$)/i.exec(alternativeNames ?? '')?.[1];
}
