/** Why the bot can't take or keep work right now; empty while it can. */
export type Readiness = {
  /** Sets or, with undefined, clears what stands in the way under this name. */
  set(name: string, reason: string | undefined): void;
  reasons(): string[];
};

/** The answer of `GET /readyz`. */
export function createReadiness(initial: Record<string, string>): Readiness {
  const standing = new Map(Object.entries(initial));
  return {
    set: (name, reason) => {
      if (reason === undefined) standing.delete(name);
      else standing.set(name, reason);
    },
    reasons: () => [...standing.values()],
  };
}
