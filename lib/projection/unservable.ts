import { fail } from '../errors.js'

/** Refuses by name what cannot be served: the consumer did nothing wrong, so it is 503. */
export function unservable(table: string, column: string | null, why?: string): never {
  const what = column === null ? `table "${table}"` : `column "${table}.${column}"`
  fail('contract-unservable', {
    detail: `the contract promises ${what}, and the database cannot serve it now${why === undefined ? '' : `: ${why}`}`,
    hint: 'an operator sees the change behind it in the drift report of this service',
    context: { table, ...(column === null ? {} : { column }) },
    headers: { 'Retry-After': '300' },
  })
}
