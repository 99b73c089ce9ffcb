import { domainOf, findAddressMistake } from '../account/email-address.ts';
import type { SettingChange } from '../people/workspace-settings.ts';
import { clientNameOf, isSameOwner, type OwnerName } from './key-owner.ts';

/** An admin's settings for the inboxes of one client. */
export type ClientPresets = {
  /** Mails a day; undefined: the workspace's default. */
  dailyLimit: number | undefined;
  /** The sender's name that the forms begin with, in which `{local}` is the part of the address before the @. */
  namePattern: string | undefined;
  /** In ASCII and lower case, with their subdomains; empty: any domain that no other client has. */
  domains: readonly string[];
};

export type OwnedPresets = { owner: OwnerName; presets: ClientPresets };

export const NO_PRESETS: ClientPresets = {
  dailyLimit: undefined,
  namePattern: undefined,
  domains: [],
};

/** A form shows them in one field of 3,000 characters. */
export const MAX_DOMAINS = 100;

export const LOCAL_PART = '{local}';

/** Whether a sender's name may begin with this: no other words in braces, and nothing invisible. */
export function isNamePattern(text: string): boolean {
  return !/[{}\p{Cc}\p{Zl}\p{Zp}]/u.test(text.replaceAll(LOCAL_PART, ''));
}

/** The sender's name of an address. */
export function fillInName(pattern: string, address: string): string {
  const [local = ''] = address.trim().split('@');
  return pattern.replaceAll(LOCAL_PART, () => local);
}

/** The domains in a text, in ASCII and lower case and each once, and the words that are none. */
export function readDomains(text: string): { domains: string[]; wrong: string[] } {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const read = words.map((word) => ({ word, address: `a@${word.replace(/^.*@/, '')}` }));
  const isGood = ({ address }: { address: string }) => findAddressMistake(address) === undefined;
  return {
    domains: [...new Set(read.filter(isGood).map(({ address }) => domainOf(address)))],
    wrong: read.filter((each) => !isGood(each)).map(({ word }) => word),
  };
}

/**
 * Tells of an address whether its domain is not the client's: another one than the client's own ones, or another client's.
 *
 * @param all the presets of the workspace's clients
 */
export function createDomainCheck(all: readonly OwnedPresets[], owner: OwnerName): (address: string) => boolean {
  const own = new Set(all.find((each) => isSameOwner(each.owner, owner))?.presets.domains);
  const taken = new Set(all.flatMap(({ presets }) => presets.domains));
  return (address) => {
    const labels = domainOf(address).split('.');
    const names = labels.map((_, index) => labels.slice(index).join('.'));
    return own.size > 0 ? !names.some((name) => own.has(name)) : names.some((name) => taken.has(name));
  };
}

/** The presets that differ, in the words of the audit trail. */
export function listPresetChanges(owner: OwnerName, before: ClientPresets, after: ClientPresets): SettingChange[] {
  const of = clientNameOf(owner) ?? 'the workspace';
  const described = {
    [`daily limit of ${of}`]: ({ dailyLimit }: ClientPresets) => String(dailyLimit ?? 'not set'),
    [`sender name of ${of}`]: ({ namePattern }: ClientPresets) => namePattern ?? 'not set',
    [`domains of ${of}`]: ({ domains }: ClientPresets) => domains.join(', ') || 'any',
  };
  return Object.entries(described).flatMap(([setting, describe]) => {
    const [from, to] = [describe(before), describe(after)];
    return from === to ? [] : [{ setting, from, to }];
  });
}
