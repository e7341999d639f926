import { type CompiledQuery, sql } from 'kysely'
import { labelsMarkOf } from './guard.js'
import { dialect } from './sql.js'

/** How a statement begins in which everything is read: one snapshot, nothing written. */
export const beginReading = dialect.compile(sql`begin isolation level repeatable read read only`)
export const endReading = dialect.compile(sql`rollback`)

/**
 * Settings of this transaction alone. Constants are printed by the session's styles and names by its search path, and
 * the texts must be the same on every connection. `lock_timeout` bounds {@link checksOf}. Answers whether the server's
 * own identity may be read.
 */
export const prepareReading = dialect.compile(sql`select
  coalesce(has_function_privilege(to_regprocedure('pg_catalog.pg_control_system()'), 'execute'), false)::text as control_system,
  coalesce(has_function_privilege(to_regprocedure('pg_catalog.pg_control_checkpoint()'), 'execute'), false)::text as control_checkpoint,
  coalesce(has_function_privilege(to_regprocedure('pg_catalog.pg_control_recovery()'), 'execute'), false)::text as control_recovery,
  set_config('search_path', '', true) as a, set_config('timezone', 'UTC', true) as b, set_config('datestyle', 'ISO', true) as c,
  set_config('intervalstyle', 'iso_8601', true) as d, set_config('bytea_output', 'hex', true) as e,
  set_config('extra_float_digits', '1', true) as f, set_config('standard_conforming_strings', 'on', true) as g,
  set_config('lock_timeout', '250ms', true) as h`)

/**
 * What identities hold in: cluster, timeline and database. A part that may not be read is null. The last checkpoint is of the old
 * timeline until the one after a promotion has ended, minutes later; till then the end of recovery has the new one, and after it 0.
 */
export function identityOf(system: boolean, checkpoint: boolean, recovery: boolean): CompiledQuery {
  const recovered = recovery ? sql`(select min_recovery_end_timeline from pg_catalog.pg_control_recovery())` : sql`0`
  return dialect.compile(sql`select
    ${system ? sql`(select system_identifier::text from pg_catalog.pg_control_system())` : sql`null::text`} as system,
    ${checkpoint ? sql`(select greatest(timeline_id, ${recovered})::text from pg_catalog.pg_control_checkpoint())` : sql`null::text`} as timeline,
    (select oid::text from pg_catalog.pg_database where datname = current_database()) as database`)
}

export type RelationRow = readonly [oid: string, name: string, kind: 'r' | 'p' | 'f' | 'v' | 'm', schema: string]
export type ColumnRow = readonly [
  relation: string,
  number: number,
  name: string,
  type: string,
  modifier: number,
  native: string,
  notNull: boolean,
  identity: '' | 'a' | 'd',
  generated: string,
  defaultText: string | null,
  /** Only where it may have a stamp. */
  comment: string | null,
  /** null where values are no text. */
  collation: readonly [schema: string, name: string, isDeterministic: boolean] | null,
  collationOid: string,
]
export type HiddenRow = readonly [relation: string, name: string]
export type TypeRow = readonly [
  oid: string,
  schema: string,
  name: string,
  kind: string,
  /** The item's type of a true array, else null. */
  items: string | null,
  delimiter: string,
  base: string,
  baseModifier: number,
  baseNative: string | null,
  notNull: boolean,
  defaultText: string | null,
  labels: readonly string[] | null,
  /** The labels' own oids, in the same order. */
  labelIds: readonly string[] | null,
  labelsMark: string | null,
]
export type IndexRow = readonly [relation: string, name: string, columns: readonly number[], primary: boolean]
export type ReferenceRow = readonly [
  relation: string,
  name: string,
  columns: readonly number[],
  schema: string,
  table: string,
  names: readonly string[],
  onDelete: string,
  onUpdate: string,
]
export type CheckRow = readonly [relation: string, oid: string, name: string, hash: string]

/**
 * The whole schema in one round trip: rows of a letter and a JSON array (one of the row types above). Every relation, so that one
 * whose right was revoked is not taken for dropped, but only the columns that the role may select. Never waits for a lock: a
 * default is printed without its table (its expression names no columns), because printing with the table waits behind a
 * migration that holds it.
 */
export function schemaOf(schema: string): CompiledQuery {
  return dialect.compile(sql`with recursive
ns as (select oid, has_schema_privilege(oid, 'usage') as open from pg_namespace where nspname = ${schema}),
rel as materialized (
  select c.oid, c.relname, c.relkind, c.relnamespace, ns.open, has_table_privilege(c.oid, 'select') as whole
    from pg_class c join ns on ns.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition),
col as materialized (
  select a.* from pg_attribute a join rel r on r.oid = a.attrelid
   where a.attnum > 0 and not a.attisdropped and r.open and (r.whole or has_column_privilege(a.attrelid, a.attnum, 'select'))),
used(oid) as (
  select distinct atttypid from col
  union
  select case t.typtype when 'd' then t.typbasetype else t.typelem end from used u join pg_type t on t.oid = u.oid
   where t.typtype = 'd' or t.typcategory = 'A'),
-- Domains of a table's columns, whose checks are the table's too. 16384 is the first object id of a user.
dom(relation, type) as (
  select distinct a.attrelid, a.atttypid from col a join rel r on r.oid = a.attrelid
   where a.atttypid >= 16384 and r.relkind not in ('v', 'm')
  union
  select d.relation, case t.typtype when 'd' then t.typbasetype else t.typelem end from dom d join pg_type t on t.oid = d.type
   where t.typtype = 'd' or t.typcategory = 'A')
select 'r' as k, json_build_array(c.oid::text, c.relname, c.relkind, c.relnamespace::text)::text as j from rel c
union all
select 'c', json_build_array(a.attrelid::text, a.attnum, a.attname, a.atttypid::text, a.atttypmod, format_type(a.atttypid, a.atttypmod),
    a.attnotnull, a.attidentity, a.attgenerated, case when a.attgenerated = '' then pg_get_expr(d.adbin, 0) end,
    case when strpos(s.description, '[faucet:') > 0 then s.description end,
    case when o.oid is not null then json_build_array(m.nspname, o.collname, o.collisdeterministic) end, a.attcollation::text)::text
  from col a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join pg_description s on s.classoid = 'pg_class'::regclass and s.objoid = a.attrelid and s.objsubid = a.attnum
  left join pg_collation o on o.oid = a.attcollation left join pg_namespace m on m.oid = o.collnamespace
union all
select 'h', json_build_array(a.attrelid::text, a.attname)::text from pg_attribute a join rel r on r.oid = a.attrelid
 where a.attnum > 0 and not a.attisdropped and r.open and not r.whole and not has_column_privilege(a.attrelid, a.attnum, 'select')
union all
select 't', json_build_array(t.oid::text, n.nspname, t.typname, t.typtype, i.oid::text, i.typdelim, t.typbasetype::text, t.typtypmod,
    case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end, t.typnotnull, pg_get_expr(t.typdefaultbin, 0),
    (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
    (select json_agg(e.oid::text order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
    (select (${labelsMarkOf})::text from pg_enum e where e.enumtypid = t.oid))::text
  from used u join pg_type t on t.oid = u.oid join pg_namespace n on n.oid = t.typnamespace
  left join pg_type i on i.oid = t.typelem and i.typarray = t.oid
union all
select 'u', json_build_array(i.indrelid::text, c.relname, (i.indkey::int2[])[0:i.indnkeyatts - 1], i.indisprimary)::text
  from pg_index i join rel r on r.oid = i.indrelid join pg_class c on c.oid = i.indexrelid
 where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
union all
select 'f', json_build_array(k.conrelid::text, k.conname, k.conkey, n.nspname, c.relname,
    (select json_agg(a.attname order by p.place) from unnest(k.confkey) with ordinality as p(attnum, place)
       join pg_attribute a on a.attrelid = k.confrelid and a.attnum = p.attnum),
    k.confdeltype, k.confupdtype)::text
  from pg_constraint k join rel r on r.oid = k.conrelid join pg_class c on c.oid = k.confrelid join pg_namespace n on n.oid = c.relnamespace
 where k.contype = 'f'
union all
select 'k', json_build_array(r.oid::text, ${checkOf})::text from pg_constraint k join rel r on r.oid = k.conrelid where k.contype = 'c'
union all
select 'k', json_build_array(d.relation::text, ${checkOf})::text from pg_constraint k join dom d on d.type = k.contypid where k.contype = 'c'`)
}

const checkOf = sql`k.oid::text, k.conname, hashtextextended(k.conbin::text, 0)::text`

/** The conditions' texts, apart because printing one waits for the lock of its table. */
export function checksOf(schema: string): CompiledQuery {
  return dialect.compile(sql`select k.oid::text as oid, pg_get_expr(k.conbin, k.conrelid) as expression
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
   where k.contype = 'c' and n.nspname = ${schema} and not c.relispartition
  union all
  select k.oid::text, pg_get_expr(k.conbin, 0) from pg_constraint k where k.contype = 'c' and k.contypid >= 16384`)
}

/**
 * A sum of hashes of (object, transaction that wrote its catalog row), with counts. Not the latest transaction: one that
 * began earlier can commit later. Vacuum, freezing, statistics and data leave it as it is.
 */
export function probeOf(schema: string): CompiledQuery {
  const digest = (from: ReturnType<typeof sql>) =>
    sql`(select sum(hashint8((id::bigint << 32) | written::text::bigint)) || ':' || count(*) from ${from})`
  const objects = [
    digest(sql`ns`),
    digest(sql`rel`),
    digest(sql`col`),
    digest(sql`(select k.oid as id, k.xmin as written from pg_constraint k join rel on rel.id = k.conrelid
      union all select k.oid, k.xmin from pg_constraint k join used on used.oid = k.contypid) as k`),
    digest(
      sql`(select i.indexrelid as id, i.xmin as written from pg_index i join rel on rel.id = i.indrelid where i.indisunique) as i`,
    ),
    digest(sql`(select d.oid as id, d.xmin as written from pg_attrdef d join rel on rel.id = d.adrelid) as d`),
    digest(sql`(select t.oid as id, t.xmin as written from pg_type t join used on used.oid = t.oid) as t`),
    digest(sql`(select e.oid as id, e.xmin as written from pg_enum e join used on used.oid = e.enumtypid) as e`),
  ]
  return dialect.compile(sql`with recursive
ns as materialized (select oid as id, xmin as written from pg_namespace where nspname = ${schema}),
rel as materialized (
  select c.oid as id, c.xmin as written from pg_class c join ns on ns.id = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition),
col as materialized (
  select a.attrelid as id, a.xmin as written, a.atttypid from pg_attribute a join rel on rel.id = a.attrelid where a.attnum > 0),
-- Types that can change: 16384 is the first object id of a user.
used(oid) as (
  select distinct atttypid from col where atttypid >= 16384
  union
  select case t.typtype when 'd' then t.typbasetype else t.typelem end from used u join pg_type t on t.oid = u.oid
   where t.typtype = 'd' or t.typcategory = 'A')
select concat_ws('/', ${sql.join(objects)}) as probe`)
}
