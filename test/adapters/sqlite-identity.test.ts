import { copyFileSync, renameSync } from 'node:fs'
import { expect } from 'chai'
import type { LiveSchema } from '../../lib/schema/table.js'
import { createFiles } from './sqlite-files.js'

describe('sqlite identity', () => {
  const files = createFiles()
  after(() => files.clean())

  /** Every id with the name it has: `t` or `t.x`. */
  function names(live: LiveSchema): Map<string, string> {
    return new Map(
      live.tables.flatMap(
        (table) =>
          [
            [table.id ?? '', table.name],
            ...table.columns.map((column): [string, string] => [column.id ?? '', `${table.name}.${column.name}`]),
          ] as [string, string][],
      ),
    )
  }

  /** Ids that go on under another name, and names whose id is new. */
  function compare(before: LiveSchema, after: LiveSchema) {
    const earlier = names(before)
    const known = new Set(earlier.values())
    const moved = [...names(after)]
      .filter(([id, name]) => earlier.has(id) && earlier.get(id) !== name)
      .map(([id, name]) => `${earlier.get(id)} → ${name}`)
    const replaced = [...names(after)].filter(([id, name]) => !earlier.has(id) && known.has(name)).map(([, name]) => name)
    return { moved: moved.sort(), replaced: replaced.sort(), sameScope: before.scope === after.scope }
  }

  async function change(setup: string, script: string) {
    const path = files.path()
    const other = files.raw(path, setup)
    const database = await files.open(path)
    // Through JSON, as after a restart.
    const before = JSON.parse(JSON.stringify(await database.introspect(null))) as LiveSchema
    other.unsafeMode(true)
    other.exec(script)
    const after = await database.introspect(before)
    expect(JSON.stringify(await database.introspect(after))).to.equal(JSON.stringify(after))
    expect(new Set(names(after).keys()).size, 'ids are unique').to.equal(names(after).size)
    return compare(before, after)
  }

  const columns = 'id integer primary key, x text, y text, z text'
  const alone = `create table t (${columns})`
  const between = `create table a (n int); create index ia on a (n); create table t (${columns}); create table u (n int, m int)`

  describe('proves', () => {
    const proofs: [string, string, string, string[]][] = [
      ['a column of the only table', alone, 'alter table t rename x to email', ['t.x → t.email']],
      ['a name that needs quotes', alone, 'alter table t rename x to "we""ird, [name]"', ['t.x → t.we"ird, [name]']],
      ['a name in another case', alone, 'alter table t rename x to X', ['t.x → t.X']],
      [
        'a table with what belongs to it',
        `create table t (${columns}, unique (x, y), check (x <> 't')); create index i on t (y); create view v as select x, y as yy from t;
        create trigger tr after update on t begin delete from t where x = new.x; end; create table c (r int references t (id))`,
        'alter table t rename to people',
        ['t → people', ...['id', 'x', 'y', 'z'].map((name) => `t.${name} → people.${name}`)],
      ],
      [
        'a column that index, check, view, trigger and foreign key name',
        `create table t (id integer primary key, x text check (x <> 'x' and "x" <> ''), g as (x || 'x'), unique (x)); create index i on t (lower(x)) where x > 'x';
        create view v as select x, X as other from t where t.x <> 'x'; create view w as select * from t; create trigger tr after update of x on t begin update t set x = new.x where x = 'x'; end; create table c (r references t (x))`,
        'alter table t rename column x to email',
        ['t.x → t.email', 'v.x → v.email', 'w.x → w.email'],
      ],
      [
        'two columns of a table that is not the last',
        between,
        'alter table t rename x to x2; alter table t rename z to z2',
        ['t.x → t.x2', 't.z → t.z2'],
      ],
      [
        'three columns in one migration',
        between,
        'begin; alter table t rename x to x2; alter table t rename y to y2; alter table t rename z to z2; commit',
        ['t.x → t.x2', 't.y → t.y2', 't.z → t.z2'],
      ],
      [
        'a table and a column of it',
        between,
        'begin; alter table t rename to people; alter table people rename x to email; commit',
        ['t → people', 't.id → people.id', 't.x → people.email', 't.y → people.y', 't.z → people.z'],
      ],
      [
        'a column in each of two tables',
        between,
        'alter table t rename x to x2; alter table u rename n to n2',
        ['t.x → t.x2', 'u.n → u.n2'],
      ],
    ]
    for (const [title, setup, script, moved] of proofs) {
      it(title, async () => expect(await change(setup, script)).to.deep.equal({ moved, replaced: [], sameScope: true }))
    }
    it('one after the other, each between two looks', async () => {
      const path = files.path()
      const other = files.raw(path, alone)
      const database = await files.open(path)
      const first = await database.introspect(null)
      other.exec('alter table t rename x to x2')
      const second = await database.introspect(first)
      other.exec('alter table t rename x2 to x3')
      const third = await database.introspect(second)
      expect(compare(first, third)).to.deep.equal({ moved: ['t.x → t.x3'], replaced: [], sameScope: true })
      other.exec('alter table t rename x3 to x')
      expect(names(await database.introspect(third))).to.deep.equal(names(first))
    })
  })

  describe('proves nothing by', () => {
    const none: [string, string, string, string[]?][] = [
      ['dropping and adding a column of the same name', alone, 'alter table t drop z; alter table t add z text'],
      ['dropping the last column and adding another', alone, 'alter table t drop z; alter table t add w text'],
      [
        'dropping and adding another in one transaction',
        between,
        'begin; alter table t drop z; alter table t add w text; commit',
      ],
      [
        'dropping the first and adding one, which looks like two renames',
        between,
        'alter table t drop y; alter table t add w text',
      ],
      ['renaming there and back', alone, 'alter table t rename x to x2; alter table t rename x2 to x'],
      ['two renames of one column', alone, 'alter table t rename x to x2; alter table t rename x2 to x3'],
      [
        'two renames of the last table, which looks like making it anew',
        alone,
        'alter table t rename x to x2; alter table t rename y to y2',
      ],
      [
        'four renames, for which making two tables anew is enough',
        between,
        'alter table t rename x to x2; alter table t rename y to y2; alter table t rename z to z2; alter table t rename id to id2',
      ],
      [
        'making the last table anew under other names',
        alone,
        'drop table t; create table t (id integer primary key, x2 text, y2 text, z text)',
      ],
      [
        'making it anew with one name changed',
        alone,
        'drop table t; create table t (id integer primary key, x2 text, y text, z text)',
      ],
      ['making it anew under another table name', alone, `drop table t; create table p (${columns})`],
      [
        'making it anew and VACUUM, which puts it where it was',
        `create table u (n int); create table t (${columns}); create index i on u (n)`,
        'drop table t; create table t (id integer primary key, x2 text, y2 text, z2 text); vacuum',
      ],
      [
        'a rebuild in steps',
        alone,
        'begin; create table n (id integer primary key, x2 text, y text, z text); insert into n select * from t; drop table t; alter table n rename to t; commit',
        ['t', 't.id', 't.y', 't.z'],
      ],
      ['a rename and an index', alone, 'alter table t rename x to x2; create index i on t (y)'],
      ['a rename and another column', alone, 'alter table t rename x to x2; alter table t add w text'],
      ['a rename and VACUUM', alone, 'alter table t rename x to x2; vacuum'],
      ['a rename and the first ANALYZE', `${alone}; insert into t (x) values (1)`, 'alter table t rename x to x2; analyze'],
      ['a rename and something undone', alone, 'alter table t rename x to x2; create table n (a); drop table n'],
      [
        'tables that change names',
        `${between}; create table w (n int, m int)`,
        'alter table u rename to tmp; alter table w rename to u; alter table tmp rename to w',
      ],
      [
        'an edited schema text',
        alone,
        `pragma writable_schema = on; update sqlite_schema set sql = 'CREATE TABLE t (id integer primary key, x int, y2 text, z text)'; pragma writable_schema = reset; alter table t add w`,
      ],
      [
        'an edited schema text that is one step on',
        alone,
        `pragma writable_schema = on; update sqlite_schema set sql = 'CREATE TABLE t (id integer primary key, x2 int, y text, z text)'; pragma schema_version = 2; pragma writable_schema = reset`,
      ],
    ]
    for (const [title, setup, script, replaced = []] of none) {
      it(title, async () => {
        const result = await change(setup, script)
        expect(result.moved).to.deep.equal([])
        expect(result.sameScope).to.equal(true)
        if (replaced.length > 0) expect(result.replaced).to.deep.equal(replaced)
      })
    }
    it('what changes no name: all ids stay', async () => {
      for (const script of [
        'vacuum',
        'analyze',
        'create index i on t (x)',
        'alter table t add w text default 1',
        'alter table t drop y',
        'create view v as select x from t',
        'reindex',
      ]) {
        expect(await change(`${between}; insert into t (x) values ('a')`, script), script).to.deep.equal({
          moved: [],
          replaced: [],
          sameScope: true,
        })
      }
    })
    it('a table made anew, with which a broken view comes back', async () => {
      const view = `create view v as select x from t; create view w as select * from v`
      expect(await change(`${alone}; ${view}; drop table t`, alone)).to.deep.equal({ moved: [], replaced: [], sameScope: true })
    })
    it('a rename under a view that is made anew: the steps of the view leave none for other columns', async () => {
      const script = 'drop view v; alter table t rename x to x2; create view v as select x2 as x from t'
      const result = await change(`${alone}; create view v as select x from t`, script)
      expect(result).to.deep.equal({ moved: [], replaced: [], sameScope: true })
    })
    it('another column of a name that was another’s (a copy from before may have been restored)', async () => {
      const path = files.path()
      const other = files.raw(path, alone)
      const database = await files.open(path)
      const backup = files.path()
      const first = await database.introspect(null)
      await other.backup(backup)
      other.exec('alter table t drop z; alter table t add w text')
      const second = await database.introspect(first)
      await files.raw(backup).backup(path)
      const third = await database.introspect(second)
      expect(third.probe).to.not.equal(second.probe)
      expect(compare(second, third)).to.deep.equal({ moved: [], replaced: [], sameScope: true })
    })
  })

  describe('starts a new scope', () => {
    it('when the backup API restored more than one step', async () => {
      const path = files.path()
      const other = files.raw(path, between)
      const backup = files.path()
      await other.backup(backup)
      other.exec('alter table t rename x to x2; alter table u rename n to n2; create table late (a)')
      const database = await files.open(path)
      const before = await database.introspect(null)
      await files.raw(backup).backup(path)
      const after = await database.introspect(before)
      expect(compare(before, after)).to.deep.include({ moved: [], sameScope: false })
      const again = await database.introspect(after)
      expect(JSON.stringify(again)).to.equal(JSON.stringify(after))
      files.raw(path, 'alter table t rename x to x3')
      expect(compare(after, await database.introspect(after))).to.deep.equal({
        moved: ['t.x → t.x3'],
        replaced: [],
        sameScope: true,
      })
    })
    it('when the schema version went back, or stayed beside another schema', async () => {
      for (const script of ['', 'create table other (a)']) {
        const path = files.path()
        const backup = files.path()
        files.raw(path, alone).close()
        copyFileSync(path, backup)
        if (script !== '') files.raw(backup, script).close()
        files.raw(path, 'alter table t rename x to x2').close()
        const database = await files.open(path)
        const before = await database.introspect(null)
        await database.close()
        // Keeps the inode.
        copyFileSync(backup, path)
        const after = await (await files.open(path)).introspect(before)
        expect(compare(before, after)).to.deep.include({ moved: [], sameScope: false })
      }
    })
    it('when another file took the name, also while it is open', async () => {
      const path = files.path()
      files.raw(path, alone)
      const database = await files.open(path)
      const before = await database.introspect(null)
      const fresh = files.path()
      files.raw(fresh, `${alone}; alter table t rename x to x2`).close()
      renameSync(fresh, path)
      expect(compare(before, await database.introspect(before))).to.deep.include({ moved: [], sameScope: false })
    })
    it('and trusts no reading of another engine or shape', async () => {
      const path = files.path()
      files.raw(path, alone)
      const database = await files.open(path)
      const live = await database.introspect(null)
      for (const previous of [
        { ...live, details: undefined },
        { ...live, details: 'x' },
        { ...live, scope: `${live.scope}0` },
      ]) {
        expect(JSON.stringify(await database.introspect(previous))).to.equal(JSON.stringify(live))
      }
    })
  })
})
