/** Every operation of the demo's shop, by types of openapi-typescript. Run as `fetch-client.js BASE`; prints what it did. */
import createClient from 'openapi-fetch'
import type { components, paths } from './schema.js'

declare const process: { readonly argv: readonly string[] }

type Schemas = components['schemas']
const shop = createClient<paths, 'application/json' | 'application/problem+json'>({ baseUrl: process.argv[2] ?? '' })
let operations = 0

/** The data of an answer, which must be one. */
async function done<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call
  if (data === undefined) throw new Error(`${response.url} ${response.status} ${JSON.stringify(error)}`)
  operations++
  return data
}

function expectSame(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`)
}

await done(shop.GET('/shop/_table'))
await done(shop.GET('/shop/_schema'))
await done(shop.GET('/shop/_schema/{table}', { params: { path: { table: 'orders' } } }))

const categories = '/shop/_table/categories'
const customers = '/shop/_table/customers'
const products = '/shop/_table/products'
const orders = '/shop/_table/orders'
const items = '/shop/_table/order_items'

// New rows, with ids of our own.
const category: Schemas['NewCategories'] = { id: 9000, name: 'Tents' }
const made = await done(shop.POST(categories, { body: category }))
expectSame(made.resource, [{ id: 9000, name: 'Tents' }])
const person = { name: 'Ada Moss', email: 'ada@example.org', joined_on: '2024-02-29' }
await done(shop.POST(customers, { body: [{ id: 9000, ...person }] }))
await done(shop.POST(products, { body: { resource: [{ id: 9000, category_id: 9000, name: 'Dome', price: '19.90' }] } }))
await done(shop.POST(orders, { body: { id: 9000, customer_id: 9000, ordered_at: '2024-03-01 10:00:00' } }))
await done(shop.POST(items, { body: { order_id: 9000, product_id: 9000, quantity: 2, unit_price: '19.90' } }))

// Lists.
const query = { filter: 'id = 9000', order: 'id', limit: 5, include_count: 'exact' } as const
const { resource, meta } = await done(shop.GET(customers, { params: { query } }))
const name: string | undefined = resource[0]?.name
expectSame([name, meta.total], ['Ada Moss', 1])
await done(shop.GET(categories, { params: { query: { ids: '9000' } } }))
await done(shop.GET(products, { params: { query: { fields: 'category_id,COUNT(*)', group: 'category_id' } } }))
await done(shop.GET(orders, { params: { query: { offset: 10 } } }))
await done(shop.GET(items))
await done(shop.GET('/shop/_table/order_totals', { params: { query: { filter: 'order_id = 9000' } } }))
await done(shop.GET('/shop/_table/best_sellers'))

// Single rows.
const one = { params: { path: { id: 9000 } } }
const item = { params: { path: { id: '9000,9000' } } }
const read = await done(shop.GET(`${customers}/{id}`, one))
expectSame(read.email, 'ada@example.org')
await done(shop.GET(`${categories}/{id}`, one))
await done(shop.GET(`${products}/{id}`, one))
await done(shop.GET(`${orders}/{id}`, one))
await done(shop.GET(`${items}/{id}`, item))

const changed = await done(shop.PATCH(`${customers}/{id}`, { ...one, body: { city: null, vip: true } }))
expectSame([changed.city, changed.vip], [null, true])
await done(shop.PATCH(`${categories}/{id}`, { ...one, body: { name: 'Camping' } }))
await done(shop.PATCH(`${products}/{id}`, { ...one, body: { attributes: { tags: ['green'] } } }))
await done(shop.PATCH(`${orders}/{id}`, { ...one, body: { note: 'fragile' } }))
await done(shop.PATCH(`${items}/{id}`, { ...item, body: { quantity: 3 } }))

await done(shop.PUT(`${customers}/{id}`, { ...one, body: { city: 'Lisbon' } }))
await done(shop.PUT(`${categories}/{id}`, { ...one, body: { name: 'Tents' } }))
await done(shop.PUT(`${products}/{id}`, { ...one, body: { price: '18.50' } }))
await done(shop.PUT(`${orders}/{id}`, { ...one, body: { status: 'paid' } }))
await done(shop.PUT(`${items}/{id}`, { ...item, body: { unit_price: '18.50' } }))

// Several rows.
await done(shop.PUT(customers, { body: [{ id: 9000, city: 'Porto' }] }))
await done(shop.PUT(categories, { body: { id: 9000, name: 'Camping' } }))
await done(shop.PUT(products, { body: [{ id: 9000, stock: 3 }] }))
await done(shop.PUT(orders, { body: [{ id: 9000, note: null }] }))
await done(shop.PUT(items, { body: [{ order_id: 9000, product_id: 9000, quantity: 1 }] }))

const chosen = { params: { query: { ids: '9000' } } }
const filtered = { params: { query: { filter: 'order_id = 9000' } } }
await done(shop.PATCH(customers, { ...chosen, body: { vip: false } }))
await done(shop.PATCH(categories, { ...chosen, body: { name: 'Tents' } }))
await done(shop.PATCH(products, { ...chosen, body: { stock: 4 } }))
await done(shop.PATCH(orders, { ...chosen, body: { status: 'shipped' } }))
await done(shop.PATCH(items, { ...filtered, body: { quantity: 2 } }))

// Away again, one way and the other.
await done(shop.DELETE(items, filtered))
await done(shop.POST(items, { body: { order_id: 9000, product_id: 9000, quantity: 2, unit_price: '19.90' } }))
const removed = await done(shop.DELETE(`${items}/{id}`, item))
expectSame(removed.meta.count, 1)
await done(shop.DELETE(`${orders}/{id}`, one))
await done(shop.POST(orders, { body: { id: 9000, customer_id: 9000, ordered_at: '2024-03-01 10:00:00' } }))
await done(shop.DELETE(orders, chosen))
await done(shop.DELETE(`${products}/{id}`, one))
await done(shop.POST(products, { body: { id: 9000, category_id: 9000, name: 'Dome', price: '19.90' } }))
await done(shop.DELETE(products, chosen))
await done(shop.DELETE(`${customers}/{id}`, one))
await done(shop.POST(customers, { body: { id: 9000, ...person } }))
await done(shop.DELETE(customers, chosen))
await done(shop.DELETE(`${categories}/{id}`, one))
await done(shop.POST(categories, { body: category }))
await done(shop.DELETE(categories, chosen))

const { error } = await shop.GET(`${customers}/{id}`, one)
expectSame(error?.code, 'row-not-found')
console.log(`${operations} operations`)
