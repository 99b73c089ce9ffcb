import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { createGroupCommit, type GroupCommit, type GroupTransaction } from './group-commit.ts';

const MAX_STATEMENTS = 256;

type Prepared = { statement: StatementSync; hasRows: boolean };

/** Kysely on node:sqlite. Statements are prepared once, and the writes of different callers are committed together. */
export function createSqliteDialect(database: DatabaseSync): { dialect: Dialect; group: GroupCommit } {
  const group = createGroupCommit(database);
  const dialect: Dialect = {
    createAdapter: () => new ManyCallersAdapter(),
    createDriver: () => createDriver(database, group),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  return { dialect, group };
}

/** Kysely's own driver lets in one caller at a time, so each would wait for the disk separately. */
class ManyCallersAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

function createDriver(database: DatabaseSync, group: GroupCommit): Driver {
  const prepared = new Map<string, Prepared>();
  const transactions = new WeakMap<DatabaseConnection, GroupTransaction>();

  return {
    init: async () => {},
    acquireConnection: async () => connect(),
    releaseConnection: async () => {},

    async beginTransaction(connection) {
      transactions.set(connection, await group.begin());
    },
    async commitTransaction(connection) {
      await end(connection).commit();
    },
    async rollbackTransaction(connection) {
      // Kysely also rolls back after a failed COMMIT. The transaction is over by then, and the error to report is the COMMIT's.
      const transaction = transactions.get(connection);
      transactions.delete(connection);
      transaction?.rollback();
    },

    async destroy() {
      prepared.clear();
      group.close();
    },
  };

  function connect(): DatabaseConnection {
    const connection: DatabaseConnection = {
      async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
        const run = () => execute<Row>(query);
        const transaction = transactions.get(connection);
        if (transaction !== undefined) return transaction.run(run);
        return SelectQueryNode.is(query.query) ? group.read(run) : group.write(run);
      },
      streamQuery() {
        throw new TypeError('an iteration would keep its read lock for as long as it takes');
      },
    };
    return connection;
  }

  function end(connection: DatabaseConnection): GroupTransaction {
    const transaction = transactions.get(connection);
    if (transaction === undefined) throw new TypeError('there is no transaction');
    transactions.delete(connection);
    return transaction;
  }

  function execute<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const { statement, hasRows } = prepare(sql);
    const inputs = parameters.map(toInput);
    // Both methods reset the statement before they return, even if they throw.
    if (hasRows) return { rows: statement.all(...inputs).map(toNumbers) as Row[] };
    return { rows: [], numAffectedRows: BigInt(statement.run(...inputs).changes) };
  }

  function prepare(sql: string): Prepared {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    const made = { statement, hasRows: statement.columns().length > 0 };
    if (prepared.size >= MAX_STATEMENTS) prepared.clear();
    prepared.set(sql, made);
    return made;
  }
}

/**
 * Returns numbers as PostgreSQL's driver does: a number beyond 2^53 is inexact, and the row's parser rejects it. By default,
 * node:sqlite throws at such a number after the statement has made its changes, and the other rows are lost.
 */
function toNumbers(row: Record<string, SQLOutputValue>): Record<string, SQLOutputValue> {
  for (const [column, value] of Object.entries(row)) if (typeof value === 'bigint') row[column] = Number(value);
  return row;
}

function toInput(value: unknown): SQLInputValue {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  // SQLite can hold bytes in a text column. A row with such an id can be found only by those bytes.
  if (value === null || isPlain || value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite can't store a ${typeof value}`);
}
