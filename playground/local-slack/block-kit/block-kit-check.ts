import { isObject, type JsonObject } from '../json.ts';

/** Says what is wrong with a value; `path` is the JSON pointer to it. */
export type Check = (value: unknown, path: string) => string[];

/** Checks of an object's properties; those in `required` must be there, and no others than both may. */
export type Shape = { required?: { [name: string]: Check }; optional?: { [name: string]: Check } };

export function problem(what: string, path: string): string[] {
  return [`${what} [json-pointer:${path}]`];
}

/** In UTF-16 units: Slack does not say how it counts an emoji, and this is the stricter way. */
export function lengthOf(text: string): number {
  return text.length;
}

export const anything: Check = () => [];

export const boolean: Check = (value, path) => (typeof value === 'boolean' ? [] : problem('must be a boolean', path));

export function string({ min = 0, max }: { min?: number; max: number }): Check {
  return (value, path) => {
    if (typeof value !== 'string') return problem('must be a string', path);
    if (lengthOf(value) > max) return problem(`must be less than ${max + 1} characters`, path);
    if (lengthOf(value) < min) return problem(`must be more than ${min - 1} characters`, path);
    return [];
  };
}

export function wholeNumber({ min, max }: { min: number; max: number }): Check {
  return (value, path) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? []
      : problem(`must be a whole number from ${min} to ${max}`, path);
}

export function oneOf(...allowed: string[]): Check {
  return (value, path) =>
    typeof value === 'string' && allowed.includes(value) ? [] : problem(`must be one of ${allowed.join(', ')}`, path);
}

export function matching(pattern: RegExp, what: string): Check {
  return (value, path) => (typeof value === 'string' && pattern.test(value) ? [] : problem(`must be ${what}`, path));
}

export function list(check: Check, { min = 1, max }: { min?: number; max: number }): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return problem('must be an array', path);
    if (value.length < min) return problem(`no fewer than ${min} items allowed`, path);
    if (value.length > max) return problem(`no more than ${max} items allowed`, path);
    return value.flatMap((item, index) => check(item, `${path}/${index}`));
  };
}

export function shape({ required = {}, optional = {} }: Shape, type?: string): Check {
  return (value, path) => {
    if (!isObject(value)) return problem('must be an object', path);
    const known = { ...required, ...optional };
    const extra = Object.keys(value)
      .filter((name) => known[name] === undefined && !(name === 'type' && type !== undefined))
      .flatMap((name) => problem(`invalid additional property: ${name}`, path));
    const missing = Object.keys(required)
      .filter((name) => value[name] === undefined)
      .flatMap((name) => problem(`missing required field: ${name}`, path));
    const wrong = Object.entries(known).flatMap(([name, check]) =>
      value[name] === undefined ? [] : check(value[name], `${path}/${name}`),
    );
    return [...extra, ...missing, ...wrong];
  };
}

/** Chooses the shape by `type`. */
export function byType(kind: string, shapes: { [type: string]: Check }): Check {
  return (value, path) => {
    if (!isObject(value)) return problem('must be an object', path);
    const check = typeof value.type === 'string' ? shapes[value.type] : undefined;
    return check === undefined
      ? problem(`unsupported type of ${kind}: ${String(value.type)}`, path)
      : check(value, path);
  };
}

/** Adds a rule about the object as a whole to a check of its parts. */
export function withRule(check: Check, rule: (value: JsonObject, path: string) => string[]): Check {
  return (value, path) => [...check(value, path), ...(isObject(value) ? rule(value, path) : [])];
}

/** A text object. Markup is refused where only plain text is allowed. */
export function text({ max, plainOnly = false }: { max: number; plainOnly?: boolean }): Check {
  const content = string({ min: 1, max });
  const plain = shape({ required: { text: content }, optional: { emoji: boolean } }, 'plain_text');
  const markup = shape({ required: { text: content }, optional: { verbatim: boolean } }, 'mrkdwn');
  return byType('text', plainOnly ? { plain_text: plain } : { plain_text: plain, mrkdwn: markup });
}

export const plainText = (max: number): Check => text({ max, plainOnly: true });
