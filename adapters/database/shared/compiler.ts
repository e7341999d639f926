import type { CompiledQuery, DialectAdapter, QueryCompiler, RawBuilder } from 'kysely'
import { DummyDriver, Kysely } from 'kysely'

/** The two parts of a Kysely dialect that decide a statement's text. */
export interface DialectParts {
  createAdapter(): DialectAdapter
  createQueryCompiler(): QueryCompiler
}

/**
 * A function that compiles a template to SQL text and parameters without a connection, e.g.
 * `compilerFor({ createAdapter: () => new PostgresAdapter(), createQueryCompiler: () => new PostgresQueryCompiler() })`.
 */
export function compilerFor(parts: DialectParts): (query: RawBuilder<unknown>) => CompiledQuery {
  const kysely = new Kysely<never>({
    dialect: {
      createAdapter: () => parts.createAdapter(),
      createQueryCompiler: () => parts.createQueryCompiler(),
      createDriver: () => new DummyDriver(),
      // Only asked by `kysely.introspection`, which is never used here.
      createIntrospector: () => ({
        getSchemas: () => Promise.resolve([]),
        getTables: () => Promise.resolve([]),
        getMetadata: () => Promise.resolve({ tables: [] }),
      }),
    },
  })
  return (query) => query.compile(kysely)
}

/** {@link compilerFor} with the two factories as arguments. */
export function createCompiler(
  createQueryCompiler: () => QueryCompiler,
  createAdapter: () => DialectAdapter,
): (query: RawBuilder<unknown>) => CompiledQuery {
  return compilerFor({ createAdapter, createQueryCompiler })
}
