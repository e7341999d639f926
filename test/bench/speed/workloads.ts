/** One request as Faucet takes it and as the handlers written by hand do. */
export interface Workload {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly faucet: string
  readonly byHand: string
  readonly body?: unknown
  /** Whether it is also sent to the table that is held. */
  readonly held?: boolean
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

export const workloads: readonly Workload[] = [
  { name: 'one row', method: 'GET', faucet: '/item/4711', byHand: '/item/4711', held: true },
  { name: '25 rows', method: 'GET', faucet: '/item?limit=25', byHand: '/item?limit=25', held: true },
  { name: '100 rows', method: 'GET', faucet: '/item?limit=100', byHand: '/item?limit=100', held: true },
  { name: '1,000 rows', method: 'GET', faucet: '/item?limit=1000', byHand: '/item?limit=1000', held: true },
  {
    name: 'filtered, ordered, counted',
    method: 'GET',
    faucet: `/item?filter=${filter}&order=qty%20DESC,id&limit=25&include_count=true`,
    byHand: '/item/search?qty=500&limit=25',
  },
  {
    name: 'aggregate',
    method: 'GET',
    faucet: '/item?fields=owner_id,COUNT(*),SUM(qty)&group=owner_id&limit=100',
    byHand: '/item/sums',
  },
  { name: 'insert one', method: 'POST', faucet: '/fresh', byHand: '/fresh', body: record(1) },
  {
    name: 'insert 100',
    method: 'POST',
    faucet: '/fresh',
    byHand: '/fresh',
    body: Array.from({ length: 100 }, (_, n) => record(n)),
  },
  { name: 'patch', method: 'PATCH', faucet: '/item/4711', byHand: '/item/4711', body: { note: 'patched', qty: 7 } },
]
