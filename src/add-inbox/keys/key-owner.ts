export const WORKSPACE = { kind: 'workspace' } as const;

export type Client = { kind: 'client'; name: string; channelIds: string[] };

/** The owner of an API key: the workspace, or a client with all of its channels. */
export type KeyOwner = typeof WORKSPACE | Client;

/** An owner by name alone, without its current channels. Each `KeyOwner` and each `KeyName` is one. */
export type OwnerName = typeof WORKSPACE | { kind: 'client'; name: string };

/** The key that one channel uses. The name matters too, because the channel may belong to another client later. */
export type KeyName = typeof WORKSPACE | { kind: 'client'; name: string; channelId: string };

export function isSameOwner(a: OwnerName, b: OwnerName): boolean {
  return clientNameOf(a) === clientNameOf(b);
}

/** Undefined for the workspace's own key. */
export function clientNameOf(owner: OwnerName): string | undefined {
  return owner.kind === 'client' ? owner.name : undefined;
}

/** The workspace's own key has no channels. */
export function channelsOf(owner: KeyOwner): string[] {
  return owner.kind === 'client' ? owner.channelIds : [];
}

export function findKeyOf<Key extends { owner: KeyOwner }>(keys: Key[], owner: OwnerName): Key | undefined {
  return keys.find((key) => isSameOwner(key.owner, owner));
}

/** All clients, in the order of their keys. */
export function clientsOf(keys: { owner: KeyOwner }[]): Client[] {
  return keys.flatMap(({ owner }) => (owner.kind === 'client' ? [owner] : []));
}

/** An owner's name as it is stored in rows and in `private_metadata`: '' for the workspace. */
export function toStoredName(owner: OwnerName): string {
  return clientNameOf(owner) ?? '';
}

/** The reverse of `toStoredName`. */
export function fromStoredName(name: string): OwnerName {
  return name === '' ? WORKSPACE : { kind: 'client', name };
}
