import { linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { Kysely, SqliteDialect } from 'kysely'
import { resolveConfig } from '../../lib/config/resolve.js'
import { defaultExcludes } from '../../lib/contract/exposure.js'
import { noWords } from '../../lib/contract/words.js'
import { FaucetError } from '../../lib/errors.js'
import { silentLogger } from '../../lib/logger.js'

const engines = new Map([
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['mysql', 'mysql'],
  ['sqlite', 'sqlite'],
])

const dialect = new SqliteDialect({ database: () => Promise.reject(new Error('not opened here')) })
const kysely = new Kysely<Record<string, never>>({ dialect })
const shop = { name: 'shop', dsn: 'postgres://me:secret@db.example:5433/shop?schema=s' }
const accessForms = `use 'public-read', or { authorize, operate } with functions of your own`
const durations = 'write milliseconds, or a text such as "500ms", "10s", "5m", "1h"'
const encode = 'percent-encode special characters of the user name and password: # is %23, % is %25, / is %2F, : is %3A, @ is %40'
const schemes = 'start it with one of postgres:, postgresql:, mysql:, sqlite:'

/** A right configuration but for what is given: of the whole, or of its one service. */
const whole = (parts: object): unknown => ({ services: [shop], access: 'public-read', ...parts })
const service = (parts: object): unknown => whole({ services: [{ ...shop, ...parts }] })
const dsn = (text: unknown): unknown => service({ dsn: text })

function refusal(config: unknown): FaucetError {
  try {
    resolveConfig(config, engines)
  } catch (error) {
    if (error instanceof FaucetError) return error
    throw error
  }
  throw new Error('the configuration was accepted')
}

describe('resolveConfig', () => {
  it('refuses stamps where columns have no comments', () => {
    const stamped = (parts: object) => () =>
      resolveConfig(whole({ services: [{ name: 'one', stampIdentities: true, ...parts }] }), engines, new Set(['sqlite']))
    const problem = 'services[0].stampIdentities: sqlite has no comments to keep stamps in'
    expect(stamped({ dsn: 'sqlite::memory:' })).to.throw(problem)
    expect(stamped({ kysely, engine: 'sqlite' })).to.throw(problem)
    expect(stamped({ dsn: shop.dsn })).not.to.throw()
    expect(stamped({ dsn: 'sqlite::memory:', stampIdentities: false })).not.to.throw()
  })

  describe('what is right', () => {
    it('fills in every default', () => {
      const config = resolveConfig({ services: [shop], access: 'public-read' }, engines)
      expect(config).to.deep.equal({
        services: [
          {
            name: 'shop',
            engine: 'postgres',
            target: { dsn: new URL(shop.dsn) },
            mode: 'auto',
            include: ['*'],
            exclude: defaultExcludes,
            autoExpose: 'safe',
            settle: 5000,
            probeInterval: 10_000,
            enums: 'open',
            dangerousIsBreaking: false,
            bigints: 'string',
            readOnly: false,
            retainVersions: 10,
            stampIdentities: false,
            words: noWords,
            tableModes: new Map(),
            pool: { max: 10, connectTimeout: 5000 },
            limits: {
              body: 1_048_576,
              batch: 1000,
              page: 1000,
              defaultPage: 25,
              filterLength: 8000,
              filterDepth: 100,
              statementTimeout: 30_000,
            },
          },
        ],
        access: 'public-read',
        store: resolve('.faucet/contracts.db'),
        logger: silentLogger,
      })
      expect(config.services[0]?.target.dsn?.href).to.equal(shop.dsn)
    })

    it('takes every option', () => {
      const authorize = () => true
      const config = resolveConfig(
        {
          services: [
            {
              name: 'a-b_2',
              dsn: 'postgresql://h/d',
              schemaLock: 'strict',
              include: ['shop_*'],
              exclude: ['*_tmp'],
              autoExpose: 'all',
              settle: 0,
              probeInterval: '100ms',
              enums: 'closed',
              dangerousIsBreaking: true,
              bigints: 'number',
              readOnly: true,
              retainVersions: 3,
              standIns: { orders: { region: 'eu', tags: ['a', { b: null }] } },
              renames: { tables: { users: 'people' }, columns: { orders: { total: 'sum' } } },
              stampIdentities: true,
              trustLikelyRenames: true,
              tables: { audit_log: { schemaLock: 'none' }, orders: {} },
              pool: { max: 1, connectTimeout: '1.5s' },
              limits: {
                body: '64kb',
                batch: 1,
                page: 50,
                defaultPage: 50,
                filterLength: 10,
                filterDepth: 1000,
                statementTimeout: '1h',
              },
            },
          ],
          access: { authorize },
          store: ':memory:',
          logger: console,
        },
        engines,
      )
      expect(config).to.deep.equal({
        services: [
          {
            name: 'a-b_2',
            engine: 'postgres',
            target: { dsn: new URL('postgresql://h/d') },
            mode: 'strict',
            include: ['shop_*'],
            exclude: [...defaultExcludes, '*_tmp'],
            autoExpose: 'all',
            settle: 0,
            probeInterval: 100,
            enums: 'closed',
            dangerousIsBreaking: true,
            bigints: 'number',
            readOnly: true,
            retainVersions: 3,
            stampIdentities: true,
            words: {
              ...noWords,
              standIns: new Map([
                ['orders', new Map<string, unknown>(Object.entries({ region: 'eu', tags: ['a', { b: null }] }))],
              ]),
              renames: { tables: new Map([['users', 'people']]), columns: new Map([['orders', new Map([['total', 'sum']])]]) },
              trustLikelyRenames: true,
            },
            tableModes: new Map([['audit_log', 'none']]),
            pool: { max: 1, connectTimeout: 1500 },
            limits: {
              body: 65_536,
              batch: 1,
              page: 50,
              defaultPage: 50,
              filterLength: 10,
              filterDepth: 1000,
              statementTimeout: 3_600_000,
            },
          },
        ],
        access: { authorize },
        store: ':memory:',
        logger: console,
      })
      expect(config.logger).to.equal(console)
    })

    it("keeps the host's own Kysely instance or dialect as it is", () => {
      const services = [
        { name: 'one', kysely, engine: 'sqlite' },
        { name: 'two', dialect, engine: 'sqlite' },
      ]
      const [one, two] = resolveConfig(whole({ services }), engines).services
      expect(one?.engine).to.equal('sqlite')
      expect(one?.target.kysely).to.equal(kysely)
      expect(two?.target.dialect).to.equal(dialect)
      expect(one?.target).to.have.all.keys('kysely')
      expect(two?.target).to.have.all.keys('dialect')
    })

    it('lowers the default page to the largest page', () => {
      expect(resolveConfig(service({ limits: { page: 10 } }), engines).services[0]?.limits.defaultPage).to.equal(10)
    })

    it('takes undefined for absent, at every level', () => {
      const config = whole({ store: undefined, services: [{ ...shop, settle: undefined, pool: undefined, kysely: undefined }] })
      expect(resolveConfig(config, engines)).to.deep.equal(resolveConfig(whole({}), engines))
    })

    it('takes a service beside a store of another file, and both in memory', () => {
      expect(() => resolveConfig(dsn('sqlite:./.faucet/other.db'), engines)).not.to.throw()
      expect(() => resolveConfig({ ...Object(dsn('sqlite::memory:')), store: ':memory:' }, engines)).not.to.throw()
    })

    it('is frozen through and through, and leaves the given object alone', () => {
      const include = ['a']
      const exclude = ['b']
      const limits = { page: 10 }
      const access = { authorize: () => true }
      const given = { services: [{ ...shop, include, exclude, limits }], access }
      const before = structuredClone({ services: given.services })
      const { services, access: resolved } = resolveConfig(given, engines)
      const [first] = services
      const parts = [services, first, first?.target, first?.include, first?.exclude, first?.pool, first?.limits, resolved]
      for (const part of parts) expect(part).to.be.frozen
      for (const part of [given, given.services, given.services[0], include, exclude, limits, access])
        expect(part).not.to.be.frozen
      expect({ services: given.services }).to.deep.equal(before)
    })
  })

  describe('what is wrong, each by its whole message', () => {
    const unset: readonly [unknown, string][] = [
      [undefined, 'config: required'],
      [null, 'config: must be an object, not null'],
      ['postgres://me:secret@h/d', 'config: must be an object, not text'],
      [[], 'config: must be an object, not a list'],
      [() => ({}), 'config: must be an object, not a function'],
      [{}, `services: required\naccess: required, because an open API must be somebody's decision; ${accessForms}`],

      [whole({ services: [] }), 'services: must have at least 1 entry'],
      [whole({ services: shop }), 'services: must be a list, not an object'],
      [whole({ services: [null] }), 'services[0]: must be an object, not null'],
      [whole({ services: ['postgres://me:secret@h/d'] }), 'services[0]: must be an object, not text'],
      [whole({ servces: [] }), 'servces: unknown option; did you mean "services"?'],
      [whole({ 'postgres://me:secret@h/d': 1 }), '[this text]: unknown option'],

      [whole({ access: undefined }), `access: required, because an open API must be somebody's decision; ${accessForms}`],
      [whole({ access: null }), `access: must be an object, not null; ${accessForms}`],
      [whole({ access: true }), `access: must be an object, not a boolean; ${accessForms}`],
      [whole({ access: () => true }), `access: must be an object, not a function; ${accessForms}`],
      [whole({ access: 'public' }), `access: "public" is not one of public-read; ${accessForms}`],
      [whole({ access: { authorize: true } }), 'access.authorize: must be a function, not a boolean'],
      [whole({ access: { operate: null } }), 'access.operate: must be a function, not null'],
      [whole({ access: { authorise: () => true } }), 'access.authorise: unknown option; did you mean "authorize"?'],

      [whole({ store: '' }), 'store: must not be empty'],
      [whole({ store: 7 }), 'store: must be text, not 7'],
      [whole({ store: 'postgres://me:secret@h/d' }), 'store: must be the path of a file, not a URL'],
      [whole({ logger: null }), 'logger: must be a logger, not null'],
      [whole({ logger: { debug() {}, info() {} } }), 'logger: must be a logger, but has no function warn, error'],

      [service({ schemaLok: 'auto' }), 'services[0].schemaLok: unknown option; did you mean "schemaLock"?'],
      [service({ schema_lock: 'auto' }), 'services[0].schema_lock: unknown option; did you mean "schemaLock"?'],
      [service({ colour: 'red' }), 'services[0].colour: unknown option'],
      [service({ 'weird "key"': 1 }), 'services[0]["weird \\"key\\""]: unknown option'],
      [JSON.parse(`{"services":[${JSON.stringify(shop)}],"access":{},"__proto__":{}}`), '__proto__: unknown option'],
      [service({ schemaLock: 'atuo' }), 'services[0].schemaLock: "atuo" is not one of none, auto, strict; did you mean "auto"?'],
      [service({ schemaLock: 'locked' }), 'services[0].schemaLock: "locked" is not one of none, auto, strict'],
      [service({ schemaLock: null }), 'services[0].schemaLock: must be one of none, auto, strict, not null'],
      [service({ schemaLock: shop.dsn }), 'services[0].schemaLock: this text is not one of none, auto, strict'],
      [service({ schemaLock: 'me:secret' }), 'services[0].schemaLock: this text is not one of none, auto, strict'],
      [service({ autoExpose: 'sage' }), 'services[0].autoExpose: "sage" is not one of safe, all; did you mean "safe"?'],
      [service({ enums: 3 }), 'services[0].enums: must be one of open, closed, not 3'],
      [service({ bigints: 'String' }), 'services[0].bigints: "String" is not one of string, number; did you mean "string"?'],
      [service({ readOnly: 'yes' }), 'services[0].readOnly: must be true or false, not text'],
      [service({ dangerousIsBreaking: 1 }), 'services[0].dangerousIsBreaking: must be true or false, not 1'],
      [service({ include: 'orders' }), 'services[0].include: must be a list, not text'],
      [service({ include: [] }), 'services[0].include: must have at least 1 entry'],
      [
        service({ exclude: ['a', '', null] }),
        'services[0].exclude[1]: must not be empty\nservices[0].exclude[2]: must be text, not null',
      ],

      [service({ settle: '5 s' }), `services[0].settle: "5 s" is not a duration; ${durations}`],
      [service({ settle: -1 }), `services[0].settle: must be a duration, not -1; ${durations}`],
      [service({ settle: Number.NaN }), `services[0].settle: must be a duration, not NaN; ${durations}`],
      [service({ settle: null }), `services[0].settle: must be a duration, not null; ${durations}`],
      [service({ settle: '600h' }), 'services[0].settle: must be at most 2147483647 ms, about 24 days'],
      [service({ probeInterval: 99 }), 'services[0].probeInterval: must be at least 100 ms'],

      [service({ retainVersions: 0 }), 'services[0].retainVersions: must be at least 1, not 0'],
      [service({ retainVersions: 1001 }), 'services[0].retainVersions: must be at most 1000, not 1001'],
      [service({ retainVersion: 3 }), 'services[0].retainVersion: unknown option; did you mean "retainVersions"?'],
      [service({ standIns: [] }), 'services[0].standIns: must be an object, not a list'],
      [service({ standIns: { orders: 'eu' } }), 'services[0].standIns.orders: must be an object, not text'],
      [
        service({ standIns: { orders: { region: null, at: new Date(), 'the size': Number.NaN } } }),
        'services[0].standIns.orders.region: must be a value to stand in, not null\n' +
          'services[0].standIns.orders.at: must be a JSON value, not an object\n' +
          'services[0].standIns.orders["the size"]: must be a JSON value, not NaN',
      ],
      [service({ renames: { table: {} } }), 'services[0].renames.table: unknown option; did you mean "tables"?'],
      [service({ renames: { tables: { users: 1 } } }), 'services[0].renames.tables.users: must be text, not 1'],
      [service({ renames: { columns: { users: 'email' } } }), 'services[0].renames.columns.users: must be an object, not text'],
      [
        service({ renames: { tables: { a: 'c', b: 'c' }, columns: { users: { email: 'email' } } } }),
        'services[0].renames.tables.b: leads to the same name as "a"\n' +
          'services[0].renames.columns.users.email: is the same name; write the old name, then the new one',
      ],
      [
        service({ tables: { limits: { schemaLok: 'none' } } }),
        'services[0].tables.limits.schemaLok: unknown option; did you mean "schemaLock"?',
      ],
      [
        service({ tables: { users: { schemaLock: 'noen' } } }),
        'services[0].tables.users.schemaLock: "noen" is not one of none, auto, strict; did you mean "none"?',
      ],

      [service({ pool: [] }), 'services[0].pool: must be an object, not a list'],
      [service({ pool: { max: 0 } }), 'services[0].pool.max: must be at least 1, not 0'],
      [service({ pool: { max: '10' } }), 'services[0].pool.max: must be a whole number, not text'],
      [service({ pool: { maxx: 1 } }), 'services[0].pool.maxx: unknown option; did you mean "max"?'],
      [service({ pool: { connectTimeout: 0 } }), 'services[0].pool.connectTimeout: must be at least 1 ms'],

      [service({ limits: null }), 'services[0].limits: must be an object, not null'],
      [service({ limits: { pages: 1 } }), 'services[0].limits.pages: unknown option; did you mean "page"?'],
      [service({ limits: { batch: 1.5 } }), 'services[0].limits.batch: must be a whole number, not 1.5'],
      [service({ limits: { filterDepth: 1001 } }), 'services[0].limits.filterDepth: must be at most 1000, not 1001'],
      [
        service({ limits: { body: '1 MB' } }),
        'services[0].limits.body: "1 MB" is not a size; write bytes, or a text such as "64kb", "1mb"',
      ],
      [service({ limits: { body: 0 } }), 'services[0].limits.body: must be at least 1 byte'],
      [
        service({ limits: { page: 10, defaultPage: 20 } }),
        'services[0].limits.defaultPage: must be at most limits.page, which is 10',
      ],
      [service({ limits: { defaultPage: 1001 } }), 'services[0].limits.defaultPage: must be at most limits.page, which is 1000'],
    ]

    const names: readonly [unknown, string][] = [
      [undefined, 'required'],
      [null, 'must be text, not null'],
      ['', 'must not be empty'],
      ['Shop', '"Shop" is not a lower-case letter followed by lower-case letters, digits, "_" or "-"; did you mean "shop"?'],
      [
        'my shop',
        '"my shop" is not a lower-case letter followed by lower-case letters, digits, "_" or "-"; did you mean "my-shop"?',
      ],
      ['1st', '"1st" is not a lower-case letter followed by lower-case letters, digits, "_" or "-"'],
      ['System', '"System" is not a lower-case letter followed by lower-case letters, digits, "_" or "-"'],
      ['shop\n', '"shop\\n" is not a lower-case letter followed by lower-case letters, digits, "_" or "-"; did you mean "shop"?'],
      ['a'.repeat(65), 'must have at most 64 characters, not 65'],
      ...['system', 'explorer', 'docs', 'healthz', 'readyz', 'openapi.json'].map((name): [string, string] => [
        name,
        `"${name}" is reserved for a route of the library; choose another name`,
      ]),
    ]

    const dsns: readonly [unknown, string][] = [
      [undefined, 'required; or give kysely or dialect, with engine'],
      [null, 'must be text, not null'],
      [new URL(shop.dsn), 'must be text, not an object'],
      [() => shop.dsn, 'must be text, not a function'],
      [' ', 'must not be empty'],
      ['postgre://me:secret@h/d', 'no database speaks "postgre:"; did you mean "postgres"?'],
      ['oracle://me:secret@h/d', `no database speaks "oracle:"; ${schemes}`],
      ['me:secret@h/d', `is not a database URL; ${schemes}`],
      ['secret', `is not a database URL; ${schemes}`],
      ['postgres://me:se#cret@h/d', `cannot be read as a URL; ${encode}`],
      ['postgres://h:70000/secret', `cannot be read as a URL; ${encode}`],
      ['postgres://me:secret@h#secret/d', `has a "#" that is not percent-encoded; ${encode}`],
      ['sqlite:./my#file.db', `has a "#" that is not percent-encoded; ${encode}`],
      ['postgres://me:1/secret@h/d', `has an "@" after the host; ${encode}`],
      ['postgres://me:50%secret@h/d', `has a "%" that is not percent-encoded; ${encode}`],
    ]

    const targets: readonly [object, string][] = [
      [{ ...shop, engine: 'postgres' }, 'services[0].engine: cannot stand beside dsn, which names its database itself'],
      [{ name: 'shop', kysely }, 'services[0].engine: required beside kysely; one of postgres, mysql, sqlite'],
      [{ name: 'shop', dialect }, 'services[0].engine: required beside dialect; one of postgres, mysql, sqlite'],
      [
        { name: 'shop', kysely, engine: 'postgre' },
        'services[0].engine: "postgre" is not one of postgres, mysql, sqlite; did you mean "postgres"?',
      ],
      [{ ...shop, kysely }, 'services[0].kysely: cannot stand beside dsn; a service has one database'],
      [
        { name: 'shop', kysely, dialect, engine: 'sqlite' },
        'services[0].dialect: cannot stand beside kysely; a service has one database',
      ],
      [
        { name: 'shop', kysely, engine: 'sqlite', pool: {} },
        'services[0].pool: cannot stand beside kysely, which has its own pool',
      ],
      [
        { name: 'shop', kysely: dialect, engine: 'sqlite' },
        'services[0].kysely: must be a Kysely instance, but has no function withoutPlugins, executeQuery, connection',
      ],
      [{ name: 'shop', kysely: 'x', engine: 'sqlite' }, 'services[0].kysely: must be a Kysely instance, not text'],
      [
        { name: 'shop', dialect: kysely, engine: 'sqlite' },
        'services[0].dialect: must be a Kysely dialect, but has no function createDriver, createQueryCompiler, createAdapter, createIntrospector',
      ],
    ]

    const cases: readonly (readonly [unknown, string])[] = [
      ...unset,
      ...names.map(([name, message]) => [service({ name }), `services[0].name: ${message}`] as const),
      ...dsns.map(([text, message]) => [dsn(text), `services[0].dsn: ${message}`] as const),
      ...targets.map(([target, message]) => [whole({ services: [target] }), message] as const),
      [whole({ services: [shop, { ...shop }] }), 'services[1].name: services[0] has the same name; names are unique'],
    ]

    for (const [config, message] of cases) {
      it(message, () => {
        const error = refusal(config)
        expect(error.code).to.equal('invalid-config')
        expect(error.message).to.equal(message)
        expect(JSON.stringify(error.context)).not.to.include('secret')
      })
    }
  })

  it('tells everything at once, service by service, in text and as data', () => {
    const error = refusal({
      services: [
        { name: 'one', dsn: 'postgre://me:secret@h/d', limits: { page: 1, defaultPage: 2, rows: 3 } },
        { name: 'one', dsn: shop.dsn, schemaLok: 'auto' },
      ],
      access: {},
      stor: 'x',
    })
    expect(error.message.split('\n')).to.deep.equal([
      'stor: unknown option; did you mean "store"?',
      'services[0].dsn: no database speaks "postgre:"; did you mean "postgres"?',
      'services[0].limits.rows: unknown option',
      'services[0].limits.defaultPage: must be at most limits.page, which is 1',
      'services[1].schemaLok: unknown option; did you mean "schemaLock"?',
      'services[1].name: services[0] has the same name; names are unique',
    ])
    expect(error.context).to.deep.equal({
      problems: [
        { path: 'stor', message: 'unknown option', hint: 'did you mean "store"?' },
        { path: 'services[0].dsn', message: 'no database speaks "postgre:"', hint: 'did you mean "postgres"?' },
        { path: 'services[0].limits.rows', message: 'unknown option' },
        { path: 'services[0].limits.defaultPage', message: 'must be at most limits.page, which is 1' },
        { path: 'services[1].schemaLok', message: 'unknown option', hint: 'did you mean "schemaLock"?' },
        { path: 'services[1].name', message: 'services[0] has the same name', hint: 'names are unique' },
      ],
    })
  })

  describe("a service on the store's own file", () => {
    const message = 'services[0].dsn: is the file of the contract store; set store to another file'
    let folder = ''
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'faucet-config-'))
      writeFileSync(join(folder, 'store.db'), '')
      symlinkSync(join(folder, 'store.db'), join(folder, 'symbolic.db'))
      linkSync(join(folder, 'store.db'), join(folder, 'hard.db'))
    })
    after(() => rmSync(folder, { recursive: true }))

    for (const text of [
      'sqlite:.faucet/contracts.db',
      'sqlite:./x/../.faucet/contracts.db',
      'sqlite:%2Efaucet/contracts.db?mode=ro',
    ]) {
      it(`is refused by default: ${text}`, () => {
        expect(refusal(dsn(text)).message).to.equal(message)
      })
    }
    it('is refused by absolute path, and through links', () => {
      const store = join(folder, 'store.db')
      for (const file of ['store.db', 'symbolic.db', 'hard.db']) {
        const services = [{ name: 'shop', dsn: `sqlite:${join(folder, file)}` }]
        expect(refusal(whole({ store, services })).message, file).to.equal(message)
      }
    })
  })
})
