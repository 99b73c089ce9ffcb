/*
 * Every request carries an id that is the time it was made: the clock that all processes of the machine share, in
 * nanoseconds. Whoever sees the id later knows how long that took, and nothing has to be remembered or exchanged.
 */

/** As long as every id, to be replaced by one in a prepared text. */
export const ID_PLACEHOLDER = '9000000000000000000';

export const ID = /9\d{18}/;

let last = 0n;

/** 19 digits; each one once. */
export function createId(): string {
  const time = process.hrtime.bigint();
  last = time > last ? time : last + 1n;
  return `9${last.toString().padStart(18, '0')}`;
}

/** Milliseconds since the id was made, in whichever process. */
export function msSince(id: string): number {
  return Number(process.hrtime.bigint() - BigInt(id.slice(1))) / 1e6;
}
