/** The list entry for a stored row that this version can't read because a newer version wrote it or it is damaged. */
export type Unreadable = {
  unreadable: true;
  id: string;
  /** Milliseconds since 1970; undefined if the time itself can't be read. */
  at: number | undefined;
};
