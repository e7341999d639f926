import Database from 'better-sqlite3'

/** A small linear congruential generator, so that the demo's data is the same on every machine. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const first = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Donald', 'Frances', 'Alan', 'Margaret', 'Niklaus', 'Radia', 'Ken', 'Anita']
const last = ['Moss', 'Rivera', 'Okafor', 'Lindqvist', 'Tanaka', 'Novak', 'Haddad', 'Silva', 'Brandt', 'Kaur', 'Doyle', 'Ferrari']
const cities = ['Lisbon', 'Gdansk', 'Bergen', 'Porto', 'Ghent', 'Leeds', 'Malmö', 'Turin', 'Bilbao', 'Galway']
const things = ['Kettle', 'Lamp', 'Notebook', 'Chair', 'Backpack', 'Bottle', 'Blanket', 'Clock', 'Radio', 'Mug']
const styles = ['Classic', 'Travel', 'Copper', 'Walnut', 'Mini', 'Studio', 'Harbour', 'Alpine']
const statuses = ['pending', 'paid', 'shipped', 'delivered', 'returned']

const schema = `
  create table customers (
    id integer primary key, name text not null, email text not null unique, city text, vip boolean not null default 0, joined_on date not null);
  create table categories (id integer primary key, name text not null unique);
  create table products (
    id integer primary key, category_id integer not null references categories (id), name text not null,
    price decimal(10,2) not null check (price > 0), stock integer not null default 0, attributes json);
  create table orders (
    id integer primary key, customer_id integer not null references customers (id) on delete restrict,
    status text not null default 'pending', ordered_at datetime not null, note text);
  create table order_items (
    order_id integer not null references orders (id) on delete cascade, product_id integer not null references products (id),
    quantity integer not null check (quantity > 0), unit_price decimal(10,2) not null, primary key (order_id, product_id));
  create view order_totals as
    select o.id as order_id, o.customer_id, o.status, sum(i.quantity) as items, round(sum(i.quantity * i.unit_price), 2) as total
    from orders o join order_items i on i.order_id = o.id group by o.id;
  create view best_sellers as
    select p.id as product_id, p.name, sum(i.quantity) as sold
    from products p join order_items i on i.product_id = p.id group by p.id;
  create index orders_customer on orders (customer_id);`

/** Writes the demo's shop into a new SQLite file: 500 customers, 80 products, 3,000 orders with their items, two views. */
export function createShop(file: string): void {
  const db = new Database(file)
  db.pragma('journal_mode = wal')
  db.exec(schema)
  db.transaction(() => fill(db, createRandom(42)))()
  db.close()
}

function fill(db: Database.Database, random: () => number): void {
  const below = (limit: number) => Math.floor(random() * limit)
  const pick = (from: readonly string[]) => from[below(from.length)] ?? ''
  const day = (offset: number) => new Date(Date.UTC(2024, 0, 1) + offset * 86_400_000).toISOString().slice(0, 10)

  const customer = db.prepare('insert into customers (name, email, city, vip, joined_on) values (?, ?, ?, ?, ?)')
  for (let n = 1; n <= 500; n++) {
    const [given, family] = [pick(first), pick(last)]
    customer.run(
      `${given} ${family}`,
      `${given}.${family}.${n}@example.com`.toLowerCase(),
      n % 17 === 0 ? null : pick(cities),
      below(10) === 0 ? 1 : 0,
      day(below(365)),
    )
  }
  const category = db.prepare('insert into categories (name) values (?)')
  for (const thing of things) category.run(`${thing}s`)
  const product = db.prepare('insert into products (category_id, name, price, stock, attributes) values (?, ?, ?, ?, ?)')
  const prices: number[] = []
  things.forEach((thing, index) => {
    for (const style of styles) {
      const price = (below(9_000) + 490) / 100
      prices.push(price)
      product.run(
        index + 1,
        `${style} ${thing}`,
        price,
        below(400),
        JSON.stringify({ weight_g: below(3_000) + 50, tags: [style.toLowerCase()] }),
      )
    }
  })
  const order = db.prepare('insert into orders (customer_id, status, ordered_at, note) values (?, ?, ?, ?)')
  const item = db.prepare('insert into order_items (order_id, product_id, quantity, unit_price) values (?, ?, ?, ?)')
  for (let n = 1; n <= 3_000; n++) {
    const hour = String(below(24)).padStart(2, '0')
    order.run(
      below(500) + 1,
      pick(statuses),
      `${day(365 + (n % 300))} ${hour}:${String(below(60)).padStart(2, '0')}:00`,
      n % 40 === 0 ? 'leave with the neighbour' : null,
    )
    const chosen = new Set(Array.from({ length: 1 + below(4) }, () => below(prices.length) + 1))
    for (const id of chosen) item.run(n, id, 1 + below(3), prices[id - 1])
  }
}
