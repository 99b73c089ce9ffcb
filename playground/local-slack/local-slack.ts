/*
 * The door: what others may import. Everything else in this folder is its own business.
 */

export type * from './api.ts';
export { findBlockKitProblems } from './block-kit/block-kit-problems.ts';
export type { JsonObject } from './json.ts';
export type * from './ledger/traffic.ts';
export { ClientRefusal } from './person/client-form.ts';
export { startLocalSlack } from './start-local-slack.ts';
export type * from './state/records.ts';
export { signatureHeaders } from './transport/signature.ts';
