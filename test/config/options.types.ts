/** Checked by the compiler only (`npm run lint`): what must not compile, and what must. */
import type { Dialect, Kysely } from 'kysely'
import type { FaucetConfig } from '../../lib/config/options.js'

declare function createFaucet<const Name extends string>(
  config: FaucetConfig<Name>,
): { controller: { status(service: Name): Promise<unknown> } }

declare const kysely: Kysely<{ orders: { id: number } }>
declare const dialect: Dialect

const dsn = 'postgres://h/d'
const access = 'public-read'

export async function namesAreInferred() {
  const { controller } = createFaucet({
    services: [
      { name: 'shop', dsn },
      { name: 'crm', kysely, engine: 'postgres' },
      { name: 'old', dialect, engine: 'postgres' },
    ],
    access,
  })
  await controller.status('shop')
  await controller.status('crm')
  await controller.status('old')
  // @ts-expect-error no service has this name
  await controller.status('shpo')
}

export function optionsAreChecked() {
  createFaucet({ services: [{ name: 'a', dsn, settle: '1.5s', limits: { body: '64kb', statementTimeout: 500 } }], access })
  const renames = { columns: { users: { email: 'email_address' } } }
  createFaucet({ services: [{ name: 'a', dsn, renames, standIns: { users: { age: 7 } }, retainVersions: 3 }], access })
  createFaucet({ services: [{ name: 'a', dsn, tables: { logs: { schemaLock: 'none' } } }], access })
  // @ts-expect-error a misspelt mode of a table
  createFaucet({ services: [{ name: 'a', dsn, tables: { logs: { schemaLock: 'nnoe' } } }], access })
  // @ts-expect-error a misspelt option of a service
  createFaucet({ services: [{ name: 'a', dsn, schemaLok: 'auto' }], access })
  // @ts-expect-error a misspelt option of the whole
  createFaucet({ services: [{ name: 'a', dsn }], access, stor: 'x' })
  // @ts-expect-error a misspelt limit
  createFaucet({ services: [{ name: 'a', dsn, limits: { pages: 1 } }], access })
  // @ts-expect-error a misspelt mode
  createFaucet({ services: [{ name: 'a', dsn, schemaLock: 'atuo' }], access })
  // @ts-expect-error not a duration
  createFaucet({ services: [{ name: 'a', dsn, settle: '5 parsecs' }], access })
  // @ts-expect-error not a size
  createFaucet({ services: [{ name: 'a', dsn, limits: { body: '1 parsec' } }], access })
  // @ts-expect-error access is required
  createFaucet({ services: [{ name: 'a', dsn }] })
  // @ts-expect-error no database
  createFaucet({ services: [{ name: 'a' }], access })
  // @ts-expect-error two databases
  createFaucet({ services: [{ name: 'a', dsn, kysely, engine: 'postgres' }], access })
  // @ts-expect-error which database the instance talks to is missing
  createFaucet({ services: [{ name: 'a', kysely }], access })
  // @ts-expect-error the instance has its own pool
  createFaucet({ services: [{ name: 'a', kysely, engine: 'postgres', pool: { max: 1 } }], access })
}

export function hooksAreTyped() {
  createFaucet({
    services: [{ name: 'a', dsn }],
    access: {
      authorize: ({ action, table }) => (action === 'read' && table !== 'salaries' ? true : 'unauthenticated'),
      operate: async ({ action }) => (action === 'contract:read' ? { actor: 'deploy' } : false),
    },
  })
  // @ts-expect-error a decision is not a text of one's own
  createFaucet({ services: [{ name: 'a', dsn }], access: { authorize: () => 'yes' } })
  // @ts-expect-error only operators have a name
  createFaucet({ services: [{ name: 'a', dsn }], access: { authorize: () => ({ actor: 'me' }) } })
}

export function rawIsTheHosts() {
  type Host = { readonly req: { readonly user?: { readonly isStaff: boolean } }; readonly res: unknown }
  const config: FaucetConfig<string, Host> = {
    services: [{ name: 'a', dsn }],
    access: { authorize: ({ raw }) => raw.req.user?.isStaff ?? 'unauthenticated' },
  }
  return config
}
