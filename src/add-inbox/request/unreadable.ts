/** Stands in a list for a stored row that this version can't read: a newer one wrote it, or it is damaged. */
export type Unreadable = {
  unreadable: true;
  id: string;
  /** Milliseconds since 1970; undefined where that is what can't be read. */
  at: number | undefined;
};
