const MAX_LENGTH = 1000;

/** Shorter secrets would black out half of an ordinary sentence. */
const MIN_SECRET_LENGTH = 3;

const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** Makes text of ColdSend's fit to be kept and shown. */
export type CleanText = (text: string) => string;

/**
 * A server may echo what it was sent, as it was or as it stood in the JSON, the URL or a Python string. The function that comes
 * back replaces every such occurrence of a secret of 3 or more characters by "•••", control characters and lone surrogates by
 * something harmless, and cuts to 1,000 characters. The cut comes last, so that it leaves no half of a secret.
 *
 * @param shown what was sent and may be shown: a text that is one of these stays whole, even where a password is a word of it
 */
export function createForeignText(secrets: string[], shown: string[] = []): CleanText {
  const forms = secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).flatMap(formsOf);
  // The longest first: one secret may begin with another.
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => {
    if (shown.includes(text)) return text;
    const redacted = longestFirst.reduce((rest, form) => rest.replaceAll(form, '•••'), text);
    return cut(redacted.replace(INVISIBLE, ' ').trim()).toWellFormed();
  };
}

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const asciiJson = json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const python = secret.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return [secret, json, asciiJson, python, encodeURIComponent(secret.toWellFormed())];
}

function cut(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}
