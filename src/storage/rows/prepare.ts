import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import type { Executor } from '../database.ts';
import type { Tables } from '../tables.ts';

/** Stands for a value in a query that is built before its values are known. */
class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export type Given<Values> = <Name extends keyof Values & string>(name: Name) => RawBuilder<Values[Name]>;

/**
 * A query that is built and compiled once for each kind of database, which costs Kysely more than to run it. For the queries of
 * each job.
 *
 * @param build makes the query, with `given(name)` in place of each value
 */
export function prepare<Values extends Record<string, unknown>, Row>(
  build: (
    kysely: Kysely<Tables>,
    given: Given<Values>,
    kind: Executor['kind'],
  ) => { compile(kysely: Kysely<Tables>): CompiledQuery<Row> },
): (db: Executor, values: Values) => Promise<Row[]> {
  const compiled: Partial<Record<Executor['kind'], CompiledQuery<Row>>> = {};
  return async ({ kind, kysely }, values) => {
    compiled[kind] ??= build(kysely, (name) => sql`${new Placeholder(name)}`, kind).compile(kysely);
    const query = compiled[kind];
    const parameters = query.parameters.map((each) => (each instanceof Placeholder ? values[each.name] : each));
    return (await kysely.executeQuery<Row>({ ...query, parameters })).rows;
  };
}
