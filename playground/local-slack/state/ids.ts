/** Makes Slack's ids (a letter, then capitals and digits) and message timestamps, unique within one local Slack. */
export type Ids = {
  next(prefix: string): string;
  /** A `ts`: seconds with six decimals, always later than the one before. */
  nextTs(): string;
  /** A token, ticket or hash that can't be guessed from the one before. */
  secret(length: number): string;
};

const FIRST_ID = 36 ** 8;

export function createIds({ now, random = Math.random }: { now: () => number; random?: () => number }): Ids {
  let count = 0;
  let lastMicros = 0;
  return {
    next: (prefix) => `${prefix}0${(FIRST_ID + ++count * 7919).toString(36).toUpperCase()}`,
    nextTs() {
      lastMicros = Math.max(now() * 1000, lastMicros + 1);
      const micros = Math.round(lastMicros);
      return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
    },
    secret(length) {
      let text = '';
      while (text.length < length) text += Math.floor(random() * 36).toString(36);
      return text;
    },
  };
}
