import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Client } from 'pg'
import { type Database, DatabaseError, type Watch } from '../../../lib/database.js'
import { fail } from '../../../lib/errors.js'
import { dialect } from './sql.js'

const channel = 'faucet_ddl'

/** Milliseconds: the first wait before a lost connection is made again, doubled each time up to the longest. */
const retryFirst = 500
const retryLongest = 30_000

/**
 * What an operator installs, once a database: an event trigger that tells the channel which schemas a statement touched, as a JSON
 * array of names, or an empty text where that cannot be known cheaply (moved to another schema, types used in any schema, grants).
 *
 * The function lives in a schema of its own, so that it outlives `public`. It is dropped and made anew instead of replaced: one
 * that somebody else made under its name would stay theirs to change, and it runs with the rights of whoever changes a schema. It
 * never fails a statement: not on errors, and not by filling the server's queue, which would fail the commit. Temporary tables
 * say nothing.
 */
const installation = [
  sql`select pg_advisory_xact_lock(hashtext('faucet_ddl'))`,
  sql`create schema if not exists faucet`,
  sql`drop event trigger if exists faucet_ddl`,
  sql`drop event trigger if exists faucet_drop`,
  sql`drop function if exists faucet.notify_ddl()`,
  sql`create function faucet.notify_ddl() returns event_trigger language plpgsql set search_path = pg_catalog, pg_temp as $body$
declare touched text;
begin
  if tg_event = 'sql_drop' then
    select json_agg(distinct name)::text into touched
      from (select coalesce(schema_name, case object_type when 'schema' then object_name end) as name
              from pg_event_trigger_dropped_objects() where not is_temporary) as dropped
     where not starts_with(name, 'pg_');
  else
    select case when bool_or(schema_name is null or object_type in ('type', 'domain')) or current_query() ~* 'set[[:space:]]+schema'
                then '' else json_agg(distinct schema_name)::text end into touched
      from pg_event_trigger_ddl_commands() where schema_name is null or not starts_with(schema_name, 'pg_')
    having count(*) > 0;
  end if;
  if touched is not null and pg_notification_queue_usage() < 0.5 then
    perform pg_notify('faucet_ddl', case when octet_length(touched) < 4000 then touched else '' end);
  end if;
exception when others then null;
end $body$`,
  sql`create event trigger faucet_ddl on ddl_command_end execute function faucet.notify_ddl()`,
  sql`create event trigger faucet_drop on sql_drop execute function faucet.notify_ddl()`,
].map((statement) => dialect.compile(statement))

const triggers = dialect.compile(
  sql`select count(*) from pg_catalog.pg_event_trigger where evtname in ('faucet_ddl', 'faucet_drop') and evtenabled <> 'D'`,
)

/** Whether anything would be told: a connection that hears nothing would be held for nothing. */
export async function isInstalled(database: Database): Promise<boolean> {
  return Number((await database.query(triggers)).rows[0]?.[0]) > 0
}

/** See `Database.installDdlNotifications`. Other processes that install at the same moment wait. */
export async function installNotifications(database: Database): Promise<void> {
  try {
    await database.transaction(async (session) => {
      for (const statement of installation) await session.query(statement)
    })
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.kind !== 'permission') throw error
    fail('forbidden', {
      detail: 'the database role may not create event triggers: that takes a superuser, or what a managed service has instead',
      hint: 'connect once as such a role, or have one run the SQL in `context.sql`; listening needs no rights',
      context: { sql: ['begin', ...installation.map((statement) => statement.sql), 'commit', ''].join(';\n') },
      cause: error,
    })
  }
}

/**
 * Listens on a connection of its own and makes it again when it is lost.
 *
 * @param connect opens that connection
 * @param onChange called for what touches `schema`, and after every reconnect: something may have been missed
 */
export async function listen(connect: () => Promise<Client>, schema: string, onChange: () => void): Promise<Watch> {
  const stop = new AbortController()
  const first = await subscribe(connect, schema, onChange)
  const ended = keep(first, () => subscribe(connect, schema, onChange), onChange, stop.signal)
  return {
    close() {
      stop.abort()
      return ended
    },
  }
}

interface Subscription {
  /** Resolves when the connection is gone, for whatever reason. */
  readonly lost: Promise<void>
  end(): Promise<void>
}

async function subscribe(connect: () => Promise<Client>, schema: string, onChange: () => void): Promise<Subscription> {
  const client: Client & { ref?(): void; unref?(): void } = await connect()
  const lost = new Promise<void>((resolve) => client.once('end', resolve))
  const end = () => {
    client.ref?.()
    return client.end().catch(() => {})
  }
  client.on('notification', ({ payload }) => {
    if (concerns(payload, schema)) onChange()
  })
  try {
    await client.query(dialect.compile(sql`listen ${sql.id(channel)}`).sql)
  } catch (error) {
    await end()
    throw error
  }
  // Waiting for news keeps no process alive; saying goodbye does.
  client.unref?.()
  return { lost, end }
}

/** Ends with the signal; never rejects. */
async function keep(
  first: Subscription,
  again: () => Promise<Subscription>,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  for (let current: Subscription | null = first, failures = 0; ; ) {
    if (current !== null) await Promise.race([current.lost, stopped])
    if (signal.aborted) return current?.end()
    await sleep(Math.min(retryLongest, retryFirst * 2 ** Math.min(failures, 10)), undefined, { signal, ref: false }).catch(
      () => {},
    )
    if (signal.aborted) return
    current = await again().catch(() => null)
    failures = current === null ? failures + 1 : 0
    if (current !== null && !signal.aborted) onChange()
  }
}

/** Anybody may speak on a channel: what cannot be read is taken as said to all. */
function concerns(payload: string | undefined, schema: string): boolean {
  try {
    const names: unknown = JSON.parse(payload ?? '')
    return !Array.isArray(names) || names.includes(schema)
  } catch {
    return true
  }
}
