import { expect } from 'chai'
import { type Access, type AccessRequest, checkAccess, checkOperate, type OperateRequest } from '../../lib/access/access.js'
import { FaucetError } from '../../lib/errors.js'

const data: AccessRequest = {
  service: 'shop',
  table: 'orders',
  action: 'read',
  method: 'GET',
  path: '/shop/_table/orders',
  raw: { req: 'req', res: 'res' },
}
const operator: OperateRequest = {
  service: 'shop',
  action: 'contract:write',
  method: 'POST',
  path: '/system/contract/shop/promote',
  raw: { ctx: 'ctx' },
}

/** What plain JavaScript hosts may write. */
const hooks = (hook: unknown): Access => ({ authorize: hook, operate: hook }) as Access

async function refusal(work: Promise<unknown>): Promise<FaucetError> {
  const outcome = await work.then(
    () => 'allowed',
    (error: unknown) => error,
  )
  if (outcome instanceof FaucetError) return outcome
  throw new Error(`not refused: ${String(outcome)}`)
}

const denials: readonly [string, unknown][] = [
  ['false', false],
  ['undefined', undefined],
  ['null', null],
  ['1', 1],
  ["'true'", 'true'],
  ["''", ''],
  ['{}', {}],
  ['[]', []],
  ['a Boolean object', Object(true)],
  ['a function', () => true],
]

describe('checkAccess', () => {
  it('lets true pass, at once or later, and hands the whole request over', async () => {
    const seen: unknown[] = []
    await checkAccess({ authorize: (request) => seen.push(request) > 0 }, data)
    await checkAccess({ authorize: async (request) => seen.push(request) > 0 }, data)
    expect(seen).to.deep.equal([data, data])
  })

  for (const [name, value] of [...denials, ['{ actor }', { actor: 'me' }]] as const) {
    it(`denies ${name}, at once or later`, async () => {
      for (const hook of [() => value, async () => value]) {
        const error = await refusal(checkAccess(hooks(hook), data))
        expect([error.code, error.status]).to.deep.equal(['forbidden', 403])
        expect(error.message).to.equal('The action "read" is not allowed for this caller.')
        expect(error.context).to.deep.equal({ action: 'read' })
      }
    })
  }

  it("answers 401 to 'unauthenticated'", async () => {
    const error = await refusal(checkAccess({ authorize: () => 'unauthenticated' }, data))
    expect([error.code, error.status]).to.deep.equal(['unauthenticated', 401])
    expect(error.message).to.equal('The action "read" needs a caller who is known.')
  })

  it('denies where there is no hook, and never asks operate', async () => {
    expect((await refusal(checkAccess({}, data))).code).to.equal('forbidden')
    expect((await refusal(checkAccess({ operate: () => true }, data))).code).to.equal('forbidden')
  })

  it("passes a hook's own error on as it is", async () => {
    const failure = new Error('session store down')
    const broken: readonly (() => boolean | Promise<boolean>)[] = [
      () => {
        throw failure
      },
      () => Promise.reject(failure),
    ]
    for (const authorize of broken) {
      const outcome = await checkAccess({ authorize }, data).catch((error: unknown) => error)
      expect(outcome).to.equal(failure)
    }
  })

  describe("'public-read'", () => {
    const actions = ['read', 'create', 'replace', 'update', 'delete', 'schema', 'openapi'] as const
    for (const action of actions) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'get']) {
        const open = ['read', 'schema', 'openapi'].includes(action) && ['GET', 'HEAD'].includes(method)
        it(`${open ? 'allows' : 'denies'} ${action} by ${method}`, async () => {
          const outcome = checkAccess('public-read', { ...data, action, method })
          if (open) return outcome
          const error = await refusal(outcome)
          expect([error.code, error.hint]).to.deep.equal(['forbidden', 'This API is public for reading only.'])
        })
      }
    }
  })
})

describe('checkOperate', () => {
  it("names the actor a hook gives, or 'operator'", async () => {
    expect(await checkOperate({ operate: () => true }, operator)).to.deep.equal({ actor: 'operator' })
    expect(await checkOperate({ operate: async () => ({ actor: 'deploy-42' }) }, operator)).to.deep.equal({ actor: 'deploy-42' })
  })

  it('hands over nothing of the actor but its name', async () => {
    expect(
      await checkOperate(
        hooks(() => ({ actor: 'me', token: 'x' })),
        operator,
      ),
    ).to.deep.equal({ actor: 'me' })
  })

  for (const [name, value] of [
    ...denials,
    ['an empty actor', { actor: ' ' }],
    ['an actor that is no text', { actor: 7 }],
  ] as const) {
    it(`denies ${name}, at once or later`, async () => {
      for (const hook of [() => value, async () => value]) {
        const error = await refusal(checkOperate(hooks(hook), operator))
        expect([error.code, error.status]).to.deep.equal(['forbidden', 403])
        expect(error.message).to.equal('The action "contract:write" is not allowed for this caller.')
      }
    })
  }

  it("answers 401 to 'unauthenticated'", async () => {
    const error = await refusal(checkOperate({ operate: () => 'unauthenticated' }, operator))
    expect([error.code, error.status]).to.deep.equal(['unauthenticated', 401])
  })

  it("denies where there is no hook and under 'public-read', reading too, and never asks authorize", async () => {
    for (const action of ['contract:read', 'contract:write', 'explorer'] as const) {
      for (const access of ['public-read', {}, { authorize: () => true }] as const) {
        expect((await refusal(checkOperate(access, { ...operator, action, method: 'GET' }))).code).to.equal('forbidden')
      }
    }
  })

  it("passes a hook's own error on as it is", async () => {
    const failure = new Error('directory down')
    const outcome = await checkOperate({ operate: () => Promise.reject(failure) }, operator).catch((error: unknown) => error)
    expect(outcome).to.equal(failure)
  })
})
