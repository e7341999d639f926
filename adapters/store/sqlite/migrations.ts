/** Stands in the file's header, where `file(1)` and SQLite keep whose database it is: the letters `Fauc`. */
export const applicationId = 1180792163

/** Layout n is reached by running the first n scripts; a released script is never changed. Each sets its own number. */
export const migrations: readonly string[] = [
  `
  pragma application_id = 1180792163;
  pragma user_version = 1;

  create table service (
    name         text primary key,
    mode         text check (mode in ('none', 'auto', 'strict')),
    unlocked     integer not null default 0,
    current      integer references version (id),
    acknowledged text,
    next_version integer not null default 1,
    next_id      integer not null default 1
  ) strict;

  create table history (
    id       integer primary key autoincrement,
    service  text not null,
    at       text not null,
    event    text not null,
    version  integer,
    revision integer,
    actor    text not null,
    reason   text,
    changes  text not null,
    details  text not null
  ) strict;
  create index history_service on history (service, id);

  -- When, who, why and the changes are those of the history entry.
  create table version (
    id       integer primary key autoincrement,
    service  text not null,
    version  integer not null,
    revision integer not null,
    digest   text not null,
    entry    integer not null references history (id),
    unique (service, version, revision)
  ) strict;
  create index version_entry on version (entry);

  -- A table without its name and id, once by content: a merge that changes one table of a thousand adds one shape.
  create table shape (
    id   integer primary key,
    hash text not null unique,
    json text not null
  ) strict;

  create table version_table (
    version_id integer not null references version (id),
    name       text not null,
    logical_id text,
    shape      integer not null references shape (id),
    primary key (version_id, name)
  ) strict, without rowid;
  create index version_table_shape on version_table (shape);

  create table identity (
    service    text not null,
    scope      text not null,
    logical_id text not null,
    engine_id  text not null,
    primary key (service, scope, logical_id)
  ) strict, without rowid;

  create table snapshot (
    service text primary key,
    hash    text not null,
    json    text not null
  ) strict;

  -- A row stands here only inside the transaction that purges the service, and lets the triggers below pass.
  create table purge (service text primary key) strict;

  create trigger version_unchanged before update on version
    begin select raise(abort, 'contract versions are immutable'); end;
  create trigger version_kept before delete on version
    when not exists (select 1 from purge where service = old.service)
    begin select raise(abort, 'contract versions are immutable'); end;
  create trigger version_table_unchanged before update on version_table
    begin select raise(abort, 'contract versions are immutable'); end;
  create trigger version_table_kept before delete on version_table
    when not exists (select 1 from purge join version using (service) where version.id = old.version_id)
    begin select raise(abort, 'contract versions are immutable'); end;
  create trigger shape_unchanged before update on shape
    begin select raise(abort, 'contract versions are immutable'); end;
  create trigger shape_kept before delete on shape
    when exists (select 1 from version_table where shape = old.id)
    begin select raise(abort, 'contract versions are immutable'); end;
  create trigger history_unchanged before update on history
    begin select raise(abort, 'history is only added to'); end;
  create trigger history_kept before delete on history
    when not exists (select 1 from purge where service = old.service)
    begin select raise(abort, 'history is only added to'); end;
  `,
  `
  pragma user_version = 2;

  alter table service add column announced text;

  -- What holds; what was said before stands in the history. When, who and why are those of the history entry.
  create table resolution (
    service text not null,
    subject text not null,
    json    text not null,
    entry   integer not null references history (id),
    primary key (service, subject)
  ) strict;
  create index resolution_entry on resolution (entry);

  -- A row stands here only inside the transaction that removes the version.
  create table expired (version_id integer primary key) strict;

  drop trigger version_kept;
  create trigger version_kept before delete on version
    when not exists (select 1 from purge where service = old.service)
      and not exists (select 1 from expired where version_id = old.id)
    begin select raise(abort, 'contract versions are immutable'); end;
  drop trigger version_table_kept;
  create trigger version_table_kept before delete on version_table
    when not exists (select 1 from purge join version using (service) where version.id = old.version_id)
      and not exists (select 1 from expired where version_id = old.version_id)
    begin select raise(abort, 'contract versions are immutable'); end;
  `,
]
