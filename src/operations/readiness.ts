/** The reasons that the bot can't accept or store work right now; empty while it can. */
export type Readiness = {
  /** Sets the obstacle with this name. `undefined` clears it. */
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
