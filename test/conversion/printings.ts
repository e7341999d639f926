import type { Parameter } from '../../lib/database.js'
import type { ColumnType } from '../../lib/schema/column-type.js'

const quoted = (text: string) => JSON.stringify(text)

/** What engines print for a parameter that was stored: an independent reading of the table of types. */
export function printings(type: ColumnType, value: Parameter, padFractions: boolean): string[] {
  const text = String(value)
  switch (type.name) {
    case 'decimal': {
      const [whole = '', fraction = ''] = text.split('.')
      if (type.scale === null || /n/.test(text)) return [quoted(text)]
      return [quoted(type.scale <= 0 ? whole : `${whole}.${fraction.padEnd(type.scale, '0')}`)]
    }
    case 'float': {
      if (/n/.test(text)) return [quoted(text)]
      const exact = type.bits === 32 ? Math.fround(Number(value)) : Number(value)
      const shortest = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        .map((digits) => exact.toPrecision(digits))
        .find((one) => Math.fround(Number(one)) === exact)
      return type.bits === 64 ? [String(exact), exact.toExponential()] : [String(Number(shortest))]
    }
    case 'string':
      return [quoted(type.fixed ? text.replace(/ +$/, '') : text)]
    case 'time':
    case 'timestamp': {
      const [, clock = '', digits = '', zone = ''] = /^(.*:\d\d:\d\d)(?:\.(\d+))?(.*)$/.exec(text) ?? []
      const cut = digits.slice(0, type.fraction)
      const fraction = padFractions ? cut.padEnd(type.fraction, '0') : cut.replace(/0+$/, '')
      const shownZone = type.name === 'time' && /^(Z|-00:00)$/.test(zone) ? '+00:00' : zone
      return [quoted(clock + (fraction === '' ? '' : `.${fraction}`) + shownZone)]
    }
    case 'bigint':
      return [quoted(text)]
    case 'json':
      return [text]
    case 'binary':
      return [quoted((value as Buffer).toString('base64'))]
    case 'array': {
      const items = (value as Parameter[]).map((item) =>
        item === null ? 'null' : printings(Array.isArray(item) ? type : type.items, item, padFractions)[0],
      )
      return [`[${items.join(',')}]`]
    }
    default:
      return [JSON.stringify(value)]
  }
}
