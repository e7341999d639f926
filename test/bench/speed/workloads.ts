/** What is sent to a server. */
export interface Sent {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: unknown
}

/** One request as each kind of server takes it. */
export interface Workload {
  readonly name: string
  readonly method: Sent['method']
  readonly body?: unknown
  readonly faucet: string
  readonly byHand: string
  /** With a `body` of its own where that differs. It has neither batches nor partial updates. */
  readonly platformatic?: Pick<Sent, 'path' | 'body'>
  /** Whether the database could build the whole answer. */
  readonly isPlainRead?: boolean
  /** The path for the table that is held. */
  readonly held?: string
}

const filter = encodeURIComponent('qty > 500 and active = true')

const record = (n: number) => ({
  name: `new ${n}`,
  qty: n,
  price: '19.25',
  active: true,
  created: '2024-05-01T10:20:30',
  note: 'an insert',
  owner_id: 3,
})

const changes = { note: 'patched', qty: 7 }

function read(name: string, path: string): Workload {
  return {
    name,
    method: 'GET',
    faucet: path,
    byHand: path,
    platformatic: { path: path.replace('/item?', '/item/?') },
    isPlainRead: true,
    held: path.replace('/item', '/held'),
  }
}

export const workloads: readonly Workload[] = [
  read('one row', '/item/4711'),
  read('25 rows', '/item?limit=25'),
  read('100 rows', '/item?limit=100'),
  read('1,000 rows', '/item?limit=1000'),
  {
    name: 'filtered, ordered, counted',
    method: 'GET',
    faucet: `/item?filter=${filter}&order=qty%20DESC,id&limit=25&include_count=true`,
    byHand: '/item/search?qty=500&limit=25',
    platformatic: {
      path: '/item/?where.qty.gt=500&where.active.eq=true&orderby.qty=desc&orderby.id=asc&limit=25&totalCount=true',
    },
  },
  {
    name: 'aggregate',
    method: 'GET',
    faucet: '/item?fields=owner_id,COUNT(*),SUM(qty)&group=owner_id&limit=100',
    byHand: '/item/sums',
  },
  {
    name: 'insert one',
    method: 'POST',
    faucet: '/fresh',
    byHand: '/fresh',
    body: record(1),
    platformatic: {
      path: '/fresh/',
      body: { name: 'new 1', qty: 1, price: 19.25, active: true, created: '2024-05-01T10:20:30Z', note: 'an insert', ownerId: 3 },
    },
  },
  {
    name: 'insert 100',
    method: 'POST',
    faucet: '/fresh',
    byHand: '/fresh',
    body: Array.from({ length: 100 }, (_, n) => record(n)),
  },
  {
    name: 'patch',
    method: 'PATCH',
    faucet: '/item/4711',
    byHand: '/item/4711',
    body: changes,
    held: '/held/4711',
  },
]
