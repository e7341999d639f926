import { CompiledQuery, sql } from 'kysely'
import type { DatabaseSettings, Engine } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import type { ColumnDefault } from '../../../lib/schema/table.js'
import type { ColumnText } from './column-text.js'
import { engineOf } from './connect.js'
import { estimateBy } from './estimate.js'
import { decodeNames, tablesOf } from './file-names.js'
import { type Flavour, strictMode } from './flavour.js'
import { literalBody } from './literal.js'
import { sharedProbeParts } from './probe.js'
import { createDialect } from './sql.js'

const flavour: Flavour = {
  name: 'mysql',
  schemes: ['mysql'],
  can: {
    // From 8.0.29 on and with PROCESS; else ids are carried only where nothing but the same table or column explains what is seen.
    identity: 'proven',
    returning: { insert: false, update: false, delete: false },
    nulls: 'low',
    maxParameters: 65_535,
    transactionalDdl: false,
    comments: true,
  },
  sql: createDialect({
    vectors: { toText: 'vector_to_string', fromText: 'string_to_vector' },
    estimate: estimateBy(sql`explain format = traditional`, 9, 10),
  }),
  refuses,
  session: (settings) =>
    CompiledQuery.raw("set session time_zone = '+00:00', sql_mode = ?, autocommit = 1, max_execution_time = ?", [
      strictMode,
      settings.statementTimeout,
    ]),
  limits: 'reads',
  guard: (query, settings) => ({
    ...query,
    sql: query.sql.replace(/^\s*(?:select|insert|update|delete)\b/i, `$& ${hints(settings)}`),
  }),
  patience: {
    begin: () => CompiledQuery.raw('set session max_execution_time = 0, net_write_timeout = 3600'),
    end: (settings) =>
      CompiledQuery.raw('set session max_execution_time = ?, net_write_timeout = default', [settings.statementTimeout]),
  },
  // Each side is read once: DISTINCT keeps the server from joining the views row by row, which takes seconds.
  checksStatement: `select c.name, 'Table' as level, t.tbl, c.expr
    from (select distinct constraint_schema as db, constraint_name as name, check_clause as expr
      from information_schema.check_constraints) c
    join (select distinct constraint_schema as db, constraint_name as name, table_name as tbl
      from information_schema.table_constraints where constraint_type = 'CHECK' and enforced = 'YES') t
      on t.db = c.db and t.name = c.name
    where c.db = ?`,
  definition,
  innodb: {
    // Before 8.0.29 there is no such version. Names with # are partitions and tables in the making.
    tables: `select name, table_id as id, coalesce(/*!80029 total_row_versions, */ null) as version
      from information_schema.innodb_tables where name like ? escape '|' and name not like '%#%'`,
    // Places from 65536 on are those of virtual columns, which come and go without a trace.
    places: `select t.table_id as id, c.name as col, c.pos as place
      from information_schema.innodb_tables t join information_schema.innodb_columns c on c.table_id = t.table_id
      where t.name like ? escape '|' and t.name not like '%#%' and c.pos < 65536`,
    filter: tablesOf,
    namesOf: decodeNames,
  },
  probeParts: [
    ...sharedProbeParts,
    {
      key: 'x',
      view: 'check_constraints',
      schemaColumn: 'constraint_schema',
      fields: ['quote(constraint_name)', 'quote(check_clause)'],
    },
    {
      key: 'e',
      view: 'table_constraints',
      schemaColumn: 'constraint_schema',
      fields: ['quote(table_name)', 'quote(constraint_name)', 'enforced'],
      where: "constraint_type = 'CHECK'",
    },
  ],
  failures: new Map([
    [3037, 'value'],
    [3141, 'value'],
    [6138, 'value'],
  ]),
  // `table.key`, with nothing to tell dots of names from this one.
  keyName: (text) => text.slice(text.indexOf('.') + 1),
  readDefault,
  // Shown as it would stand in a string literal.
  readCheck: (text) => text.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character)),
}

/** MySQL 8.0 and newer (tried on 9.7), through mysql2. DSNs: `mysql://user:password@host:3306/database`. */
export const mysql: Engine = engineOf(flavour)

function refuses(version: string): ReturnType<Flavour['refuses']> {
  if (/mariadb/i.test(version)) {
    return { detail: 'the server is MariaDB, not MySQL', hint: 'use a DSN with mariadb://, or the engine "mariadb"' }
  }
  return Number.parseInt(version, 10) < 8
    ? { detail: 'the server is older than MySQL 8.0', hint: 'use MySQL 8.0 or newer' }
    : null
}

/** A collation that is told alone is the table's, which the column follows; written again, it would be the column's own. */
function definition(told: ColumnText): ColumnText {
  return { ...told, before: told.before.replace(tableCollation, '$1') }
}

const tableCollation = new RegExp(`^(\`(?:[^\`]|\`\`)*\` \\w+(?:\\((?:'${literalBody}'|[^')])*\\))?) COLLATE \\w+`, 's')

/** For one statement what {@link Flavour.session} is for all of them. */
function hints({ statementTimeout }: DatabaseSettings): string {
  return `/*+ SET_VAR(time_zone = '+00:00') SET_VAR(sql_mode = '${strictMode}') MAX_EXECUTION_TIME(${statementTimeout}) */`
}

/** The catalog shows bare text, and says beside it whether the text is an expression. */
function readDefault(text: string | null, extra: string, type: ColumnType): ColumnDefault | null {
  if (text === null) return null
  if (/\bDEFAULT_GENERATED\b/i.test(extra)) return { kind: 'expression' }
  if (type.name === 'boolean') return { kind: 'literal', value: booleanText(text) }
  const isNumber = type.name === 'integer' || type.name === 'bigint' || type.name === 'decimal'
  return { kind: 'literal', value: isNumber ? text.replace(/^(-?)0+(?=\d)/, '$1') : text }
}

function booleanText(text: string): string {
  if (text === '1' || text === "b'1'") return 'true'
  return text === '0' || text === "b'0'" ? 'false' : text
}
