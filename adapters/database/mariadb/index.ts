import { CompiledQuery, sql } from 'kysely'
import type { DatabaseSettings, Engine } from '../../../lib/database.js'
import type { ColumnType } from '../../../lib/schema/column-type.js'
import type { ColumnDefault } from '../../../lib/schema/table.js'
import type { ColumnText } from '../mysql/column-text.js'
import { engineOf } from '../mysql/connect.js'
import { estimateBy } from '../mysql/estimate.js'
import { type Flavour, strictMode } from '../mysql/flavour.js'
import { literalBody, unescapeLiteral } from '../mysql/literal.js'
import { sharedProbeParts } from '../mysql/probe.js'
import { createDialect } from '../mysql/sql.js'

/** The server takes seconds with a fraction; 0 is no limit. */
function seconds({ statementTimeout }: DatabaseSettings): number {
  return statementTimeout / 1000
}

const flavour: Flavour = {
  name: 'mariadb',
  schemes: ['mariadb'],
  can: {
    // Ids are carried only where nothing but the same table or column explains what is seen.
    identity: 'proven',
    returning: { insert: true, update: false, delete: true },
    nulls: 'low',
    maxParameters: 65_535,
    transactionalDdl: false,
    comments: true,
  },
  sql: createDialect({
    vectors: { toText: 'vec_totext', fromText: 'vec_fromtext' },
    estimate: estimateBy(sql`explain extended`, 8, 9),
  }),
  refuses: (version) =>
    /mariadb/i.test(version)
      ? null
      : { detail: 'the server is MySQL, not MariaDB', hint: 'use a DSN with mysql://, or the engine "mysql"' },
  session: (settings) =>
    CompiledQuery.raw("set session time_zone = '+00:00', sql_mode = ?, autocommit = 1, max_statement_time = ?", [
      strictMode,
      seconds(settings),
    ]),
  limits: 'all',
  guard: (query, settings) => ({
    ...query,
    sql: `set statement time_zone = '+00:00', sql_mode = ?, max_statement_time = ? for ${query.sql}`,
    parameters: [strictMode, seconds(settings), ...query.parameters],
  }),
  patience: {
    begin: () => CompiledQuery.raw('set session max_statement_time = 0, net_write_timeout = 3600'),
    end: (settings) => CompiledQuery.raw('set session max_statement_time = ?, net_write_timeout = default', [seconds(settings)]),
  },
  checksStatement: `select constraint_name as name, level, table_name as tbl, check_clause as expr
    from information_schema.check_constraints where constraint_schema = ?`,
  definition,
  innodb: {
    // Names are file names here: everything but letters and digits is encoded.
    tables: `select tbl, id from (select table_id as id,
      convert(convert(binary substring_index(name, '/', 1) using filename) using utf8mb4) as db,
      convert(convert(binary substring_index(name, '/', -1) using filename) using utf8mb4) as tbl
    from information_schema.innodb_sys_tables where name like '%/%' and name not like '%#%') as names where cast(db as binary) = cast(? as binary)`,
    places: null,
    filter: (database) => database,
    namesOf: (names) => new Map(names.map((name) => [name, name])),
  },
  probeParts: [
    ...sharedProbeParts,
    {
      key: 'x',
      view: 'check_constraints',
      schemaColumn: 'constraint_schema',
      fields: ['quote(table_name)', 'quote(constraint_name)', 'level', 'quote(check_clause)'],
    },
  ],
  failures: new Map([
    [1906, 'schema'],
    [1927, 'connection-lost'],
    [1969, 'timeout'],
    [4025, 'check'],
  ]),
  keyName: (text) => text,
  readDefault,
  readCheck: (text) => text,
  jsonCheck: (column) => `json_valid(\`${column.replaceAll('`', '``')}\`)`,
}

/** MariaDB (tried on 10.11), through mysql2. DSNs: `mariadb://user:password@host:3306/database`. */
export const mariadb: Engine = engineOf(flavour)

/** The catalog shows SQL: texts quoted, and the word NULL for a nullable column without a default. */
function readDefault(text: string | null, _extra: string, type: ColumnType): ColumnDefault | null {
  if (text === null || text === 'NULL') return null
  const value = literal(text)
  if (value === null) return { kind: 'expression' }
  return { kind: 'literal', value: type.name === 'boolean' ? booleanText(value) : value }
}

/** JSON is told as what it is made of, which the server takes for another type. The reference system of a geometry is not told. */
function definition({ before, comment, after }: ColumnText): ColumnText | null {
  if (geometry.test(before)) return null
  const json = jsonText.exec(before)
  return json !== null && after === ` CHECK (json_valid(${json[1]}))`
    ? { before: `${json[1]} json${json[2]}`, comment, after: '' }
    : { before, comment, after }
}

const geometry = /^`(?:[^`]|``)*` (?:geometry|point|linestring|polygon|multi(?:point|linestring|polygon)|geometrycollection)\b/
const jsonText = /^(`(?:[^`]|``)*`) longtext(?: CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)?(.*)$/s

const quotedText = new RegExp(`^'(${literalBody})'$`, 's')

function literal(text: string): string | null {
  const quoted = quotedText.exec(text)?.[1]
  if (quoted !== undefined) return unescapeLiteral(quoted)
  if (/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) return text.replace(/^(-?)0+(?=\d)/, '$1')
  return /^b'[01]*'$/.test(text) ? text : null
}

function booleanText(value: string): string {
  if (value === '1' || value === "b'1'") return 'true'
  return value === '0' || value === "b'0'" ? 'false' : value
}
