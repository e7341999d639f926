import type { Encoder, Row } from '../database.js'
import { ValueMismatch } from '../database.js'
import { unservable } from './unservable.js'

/** One column of an answer. */
export interface Output {
  /** The key in the JSON row. */
  readonly name: string
  readonly encode: Encoder
  /** JSON text of a NULL; null: it breaks the contract, which promises a value. */
  readonly nullText: string | null
}

/** Turns one row (values in the order of `outputs`; more are ignored) into JSON text, without building an object. */
export function createSerializer(table: string, outputs: readonly Output[]): (row: Row) => string {
  const keys = outputs.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  return (row) => {
    if (outputs.length === 0) return '{}'
    let text = ''
    for (let index = 0; index < outputs.length; index++) {
      text += keys[index]
      text += encodeValue(table, outputs[index] as Output, row[index])
    }
    return `${text}}`
  }
}

/** The JSON text of one value; fails with `contract-unservable` when it is not what the contract promises. */
export function encodeValue(table: string, output: Output, raw: unknown): string {
  if (raw === null || raw === undefined) {
    return output.nullText ?? unservable(table, output.name, 'a value is missing')
  }
  try {
    return output.encode(raw)
  } catch (error) {
    if (error instanceof ValueMismatch) unservable(table, output.name, 'a stored value is not of its type')
    throw error
  }
}
