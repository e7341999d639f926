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
  const encoders = outputs.map(({ encode }) => encode)
  return (row) => {
    if (outputs.length === 0) return '{}'
    let text = ''
    let index = 0
    try {
      for (; index < encoders.length; index++) {
        const raw = row[index]
        text += keys[index]
        text += raw === null || raw === undefined ? nullOf(table, outputs[index] as Output) : encoders[index]?.(raw)
      }
    } catch (error) {
      throw refused(table, outputs[index] as Output, error)
    }
    return `${text}}`
  }
}

/** The JSON text of one value; fails with `contract-unservable` when it is not what the contract promises. */
export function encodeValue(table: string, output: Output, raw: unknown): string {
  if (raw === null || raw === undefined) return nullOf(table, output)
  try {
    return output.encode(raw)
  } catch (error) {
    throw refused(table, output, error)
  }
}

function nullOf(table: string, { name, nullText }: Output): string {
  return nullText ?? unservable(table, name, 'a value is missing')
}

function refused(table: string, { name }: Output, error: unknown): unknown {
  return error instanceof ValueMismatch ? unservable(table, name, 'a stored value is not of its type') : error
}
