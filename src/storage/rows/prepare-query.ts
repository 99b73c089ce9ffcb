import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Executor } from '../database.ts';
import type { Tables } from '../tables.ts';

/** Stands in a compiled query where the input's value of that name belongs. */
class Parameter {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that Kysely builds and compiles once for each kind of database, which costs more than SQLite's own work on it. For
 * what every request of a person or of the worker runs.
 *
 * @param build must use the input's values as parameters only: it sees placeholders for them. They can't be spread.
 */
export function prepareQuery<Input extends object, Row>(
  build: (kysely: Kysely<Tables>, input: Input, kind: Executor['kind']) => Compilable<Row>,
): (db: Executor, input: Input) => Promise<QueryResult<Row>> {
  const compiled = new Map<Executor['kind'], CompiledQuery<Row>>();
  const placeholders = new Proxy({} as Input, { get: (_, name) => new Parameter(String(name)) });

  return ({ kysely, kind }, input) => {
    let query = compiled.get(kind);
    if (query === undefined) {
      query = build(kysely, placeholders, kind).compile();
      compiled.set(kind, query);
    }
    const values = input as Record<string, unknown>;
    const parameters = query.parameters.map((each) => (each instanceof Parameter ? values[each.name] : each));
    return kysely.executeQuery({ ...query, parameters });
  };
}
