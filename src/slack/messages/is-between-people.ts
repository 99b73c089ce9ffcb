/** Ids of direct messages start with D; nobody can be invited into one. */
export function isBetweenPeople(channelId: string): boolean {
  return channelId.startsWith('D');
}
