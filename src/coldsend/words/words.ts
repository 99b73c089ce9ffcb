/** More than is ever shown. The rest of a long answer is not read. */
const MAX_READ = 8_000;

const MAX_DEPTH = 5;

/** The properties beside `detail` in which servers put words for people. */
const WORDS = new Set(['message', 'error', 'title', 'errors', 'msg', 'reason', 'description', 'error_description']);

/** `input` is the sent value, including passwords. The others are for programs. */
const NO_WORDS = new Set(['loc', 'type', 'input', 'ctx', 'url', 'code', 'status', 'required', 'granted']);

/**
 * The words of an error answer in any common format: `detail` as a text, a list or an object, other properties for people, or
 * plain text. They are foreign text and not cleaned. An item whose `loc` names a field of the body is left out, because it is
 * read as a field error.
 */
export function findWords(text: string | undefined, json: unknown): string {
  if (json === undefined) return toPlainText(text ?? '');
  if (!isObject(json)) return join(gather(json));
  const detail = gather(json.detail);
  const others = Object.keys(json).flatMap((name) => (WORDS.has(name) ? gather(json[name]) : []));
  // Beside `detail`, an `error` such as "insufficient_scopes" is a code.
  return join(detail.length === 0 ? others : [...detail, ...others.filter((words) => words.includes(' '))]);
}

/** Whether an answer is a web page. ColdSend's API writes none. */
export function isPage(text: string | undefined): boolean {
  return /^\s*<(?:!doctype|html|head|body|\?xml)/i.test((text ?? '').slice(0, MAX_READ));
}

function gather(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return /\S/.test(value) ? [value.slice(0, MAX_READ)] : [];
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.slice(0, 100).flatMap((each) => gather(each, depth + 1));
  if (!isObject(value) || isAboutField(value)) return [];
  return Object.entries(value)
    .slice(0, 100)
    .filter(([name]) => !NO_WORDS.has(name))
    .flatMap(([name, each]) => {
      const words = gather(each, depth + 1);
      return WORDS.has(name) || name === 'detail' ? words : words.map((said) => `${name}: ${said}`);
    });
}

/** `["body", "inboxes", 0, "smtp_port"]` is about `smtp_port`; `["body"]` and `["header", "x-api-key"]` are not about a field. */
export function fieldOf(loc: unknown[]): string | undefined {
  if (loc[0] !== 'body') return undefined;
  return loc.slice(1).findLast((step) => typeof step === 'string');
}

function isAboutField({ loc, msg }: Record<string, unknown>): boolean {
  return Array.isArray(loc) && typeof msg === 'string' && fieldOf(loc.slice(0, 100)) !== undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(words: string[]): string {
  return [...new Set(words)].join(' ').slice(0, MAX_READ);
}

function toPlainText(text: string): string {
  const start = text.slice(0, MAX_READ);
  if (!isPage(start)) return start;
  return start
    .replace(/<(script|style)\b[^<>]*>[^<]*(?:<\/\1>|$)/gi, ' ')
    .replace(/<[^<>]*(?:>|$)/g, ' ')
    .replace(/\s+/g, ' ');
}
