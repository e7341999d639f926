import type { Column } from '../../../lib/schema/table.js'

/**
 * Reads the server's text of a default. `nextval` makes a serial: an identity that the writer may override. NULL is the
 * same as no default.
 */
export function readDefault(text: string | null): Pick<Column, 'default' | 'identity'> {
  if (text === null || nothing.test(text)) return { default: null, identity: 'none' }
  if (serial.test(text)) return { default: null, identity: 'by-default' }
  const value = literalOf(text)
  return { default: value === null ? { kind: 'expression' } : { kind: 'literal', value }, identity: 'none' }
}

/** A cast to a type's name; no operator has these characters. */
const cast = /(?:::(?:"(?:[^"]|"")+"|[\w .,()[\]])+)?$/.source
const nothing = new RegExp(`^NULL${cast}`)
const serial = /^nextval\('(?:[^']|'')+'::regclass\)$|^nextval\(\('(?:[^']|'')+'::text\)::regclass\)$/
const quoted = new RegExp(`^'((?:[^']|'')*)'${cast}`)
const bare = new RegExp(`^(-?\\d+(?:\\.\\d+)?|true|false)${cast}`)
const bracketed = new RegExp(`^\\(('?)(-?\\d+(?:\\.\\d+)?)\\1\\)${cast}`)

function literalOf(text: string): string | null {
  const string = quoted.exec(text)?.[1]
  return string?.replaceAll("''", "'") ?? bare.exec(text)?.[1] ?? bracketed.exec(text)?.[2] ?? null
}
