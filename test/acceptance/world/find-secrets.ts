/** So much of a secret in a row gives it away, wherever it was cut. */
const WINDOW = 12;

/**
 * Which of the secrets stand in something, in whatever form: as it is or a part of it, UTF-16, JSON-escaped once or twice,
 * escaped for Slack, URL-encoded, hexadecimal, base64 or base64url at any offset. Returns `<name> as <form>` for each found.
 */
export function findSecrets(haystack: string | Buffer, secrets: Record<string, string>): string[] {
  const bytes = Buffer.from(haystack);
  const lowerCase = Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1');
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const forms = formsOf(secret).filter(({ form, needle }) => (form === 'hex' ? lowerCase : bytes).includes(needle));
    const found = [...(hasPartOf(bytes, secret) ? ['text'] : []), ...forms.map(({ form }) => form)];
    return found.map((form) => `${name} as ${form}`);
  });
}

/** Each window holds one of the pieces whole: where none of them is, one need not look for every window. */
function hasPartOf(bytes: Buffer, secret: string): boolean {
  const pieces = secret.match(new RegExp(`.{${WINDOW / 2}}`, 'gs')) ?? [secret];
  return pieces.some((piece) => bytes.includes(piece)) && windowsOf(secret).some((window) => bytes.includes(window));
}

type Form = { form: string; needle: string | Buffer };

/** The forms that are other than the text itself. */
function formsOf(secret: string): Form[] {
  const json = inJson(secret);
  const slack = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const form = new URLSearchParams({ x: secret }).toString().slice(2);
  const forms = [
    { form: 'UTF-16', needle: Buffer.from(secret, 'utf16le') },
    { form: 'JSON', needle: json },
    { form: 'JSON in JSON', needle: inJson(json) },
    { form: 'ASCII JSON', needle: inAsciiJson(secret) },
    { form: 'text escaped for Slack', needle: slack },
    { form: 'JSON escaped for Slack', needle: inJson(slack) },
    { form: 'URL-encoded', needle: encodeURIComponent(secret) },
    { form: 'form-encoded', needle: form },
    { form: 'URL-encoded JSON', needle: encodeURIComponent(json) },
    { form: 'hex', needle: Buffer.from(secret).toString('hex') },
    ...[0, 1, 2].flatMap((offset) => {
      const needle = inBase64(secret, offset);
      const urlNeedle = needle.replaceAll('+', '-').replaceAll('/', '_');
      return [
        { form: 'base64', needle },
        { form: 'base64url', needle: urlNeedle },
      ];
    }),
  ];
  return forms.filter(({ needle }) => needle !== secret);
}

function windowsOf(secret: string): string[] {
  const count = Math.max(1, secret.length - WINDOW + 1);
  return Array.from({ length: count }, (_each, start) => secret.slice(start, start + WINDOW));
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inAsciiJson(text: string): string {
  return inJson(text).replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The characters that are the same whatever stands before and behind, with `offset` bytes before in the last group of three. */
function inBase64(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
