import type { Parameter } from '../../lib/database.js'
import type { ColumnType } from '../../lib/schema/column-type.js'
import type { Random } from '../query/random.js'
import * as t from './types.js'

/** Every type that matters, with bounds that cut. */
export const types: readonly ColumnType[] = [
  t.boolean,
  t.int8,
  t.uint8,
  t.int32,
  t.safe,
  t.bigint,
  t.ubigint,
  t.float32,
  t.float64,
  t.number,
  t.decimal(5, 2),
  t.decimal(20, 0, true),
  t.decimal(30, 15),
  t.decimal(4, -2),
  t.text,
  t.varchar(4),
  t.char(6),
  t.labels('a', 'b', '7'),
  t.labels('b', 'a', 'P1D'),
  t.set('a', 'b', '7'),
  t.set('7', 'b'),
  t.date,
  t.time(0),
  t.time(6),
  t.time(3, true),
  t.timestamp(0),
  t.timestamp(6),
  t.timestamp(3, true),
  t.interval,
  t.uuid,
  t.binary,
  t.json,
  t.any,
  t.array(t.int32),
  t.array(t.text),
  t.array(t.decimal(5, 2)),
  t.inet,
]

/** Values as the request's parser makes them: edges, and some by chance. */
export function samples(type: ColumnType, random: Random): Parameter[] {
  const edges = sampleEdges(type)
  return [...edges, ...Array.from({ length: 25 }, () => chance(type, random)).filter((value) => value !== null)]
}

function sampleEdges(type: ColumnType): Parameter[] {
  switch (type.name) {
    case 'boolean':
      return [true, false]
    case 'integer':
      if (type.bits === 53) return [0, 1, 2 ** 53 - 1, 1 - 2 ** 53]
      return type.unsigned ? [0, 1, 2 ** type.bits - 1] : [0, 1, -1, 2 ** (type.bits - 1) - 1, -(2 ** (type.bits - 1))]
    case 'bigint':
      return type.unsigned
        ? ['0', '18446744073709551615']
        : ['0', '-9223372036854775808', '9223372036854775807', '9007199254740993']
    case 'float':
      return [
        0,
        -0,
        0.1,
        0.5,
        7,
        1e-7,
        3e38,
        16777217,
        123456.79,
        'NaN',
        'Infinity',
        '-Infinity',
        ...(type.bits === 64 ? [1e300, 5e-324, 2 ** 63, 2 ** 53] : []),
      ]
    case 'decimal':
      return type.precision === null
        ? ['0', '7', '7.50', '-0.1', '1000000', 'NaN', 'Infinity']
        : ['0', '1', '0.5', '1200'].filter((one) => fits(one, type))
    case 'string':
      return [
        '',
        'a',
        '7',
        '07',
        '7.00',
        '7.50',
        '0.1',
        '1e-7',
        ' 7',
        'a ',
        '🙂',
        'null',
        '{}',
        '"x"',
        '[1, 2]',
        '2024-02-29',
        'P1D',
        'b,a',
        'a,b',
        '12:00:00',
        '-0',
        'NaN',
      ].filter((value) => type.length === null || [...value].length <= type.length)
    case 'enum':
      return [...type.values]
    case 'set':
      return ['', ...type.values, type.values.join(',')]
    case 'date':
      return ['0001-01-01', '2024-02-29', '9999-12-31']
    case 'time':
      return ['00:00:00', '23:59:59.999999', '12:00:00.500', '12:00:00.5'].flatMap((one) =>
        type.zone ? [`${one}Z`, `${one}+01:00`, `${one}-00:00`] : [one],
      )
    case 'timestamp':
      return ['0001-01-01T00:00:00', '2024-02-29T00:00:00.000', '9999-12-31T23:59:59.999999', '2024-02-29T12:00:00.5'].map(
        (one) => one + (type.zone ? 'Z' : ''),
      )
    case 'interval':
      return ['P1D', 'PT0S', 'P1Y2M3DT4H5M6.5S', '1 day', 'P1Y-2M']
    case 'uuid':
      return ['01890a5d-ac96-774b-bcce-b302099a8057']
    case 'binary':
      return [Buffer.from(''), Buffer.from([0, 255])]
    case 'json':
      return ['null', 'true', '7', '"a"', '{"b":1,"a":[1,{"c":null}]}', '[]', '1.5']
    case 'any':
      return [0, 1, 7, 1.5, 'a', '7', '{}', '9007199254740993']
    case 'array':
      return [[], [null], [null, ...sampleEdges(type.items)], [sampleEdges(type.items), sampleEdges(type.items)]]
    default:
      return ['10.0.0.1/8']
  }
}

function chance(type: ColumnType, random: Random): Parameter | null {
  const digits = (count: number) => Array.from({ length: count }, () => random.below(10)).join('')
  const signed = (text: string) => (random.chance(50) && /[1-9]/.test(text) ? `-${text}` : text)
  switch (type.name) {
    case 'integer': {
      const bits = random.below(type.unsigned || type.bits === 53 ? type.bits : type.bits - 1)
      return Math.floor((random.below(2 ** 31) / 2 ** 31) * 2 ** bits) * (type.unsigned || random.chance(50) ? 1 : -1) + 0
    }
    case 'bigint':
      return String(BigInt(digits(1 + random.below(18)))).replace(/^(?=[1-9])/, type.unsigned || random.chance(50) ? '' : '-')
    case 'decimal': {
      const scale = type.scale ?? 12
      const whole = digits(1 + random.below(Math.min(20, (type.precision ?? 20) - scale))).replace(/^0+(?=\d)/, '')
      if (scale < 0) return signed(`${whole.slice(0, 4)}00`.replace(/^0+(?=\d)/, ''))
      const text = scale === 0 || random.chance(30) ? whole : `${whole}.${digits(1 + random.below(scale))}`
      return type.unsigned ? text : signed(text)
    }
    case 'float': {
      const value = Number(`${signed(`${random.below(10)}.${digits(random.below(17))}`)}e${random.below(60) - 30}`)
      return type.bits === 32 && random.chance(50) ? Math.fround(value) : value
    }
    case 'string': {
      const text = random.chance(50) ? signed(digits(1 + random.below(6))) : `${random.below(100)}.${digits(2)}`
      return type.length === null || text.length <= type.length ? text : null
    }
    case 'date':
      return `${2000 + random.below(90)}-0${1 + random.below(9)}-1${random.below(10)}`
    case 'timestamp':
      return `20${10 + random.below(90)}-0${1 + random.below(9)}-1${random.below(10)}T${random.chance(40) ? '00:00:00' : `1${random.below(10)}:00:0${random.below(10)}.${digits(1 + random.below(6))}`}${type.zone ? 'Z' : ''}`
    case 'any':
      return random.chance(50) ? random.below(2 ** 31) : digits(3)
    default:
      return null
  }
}

function fits(text: string, { precision, scale }: Extract<ColumnType, { name: 'decimal' }>): boolean {
  return scale === null || precision === null || (text.length <= precision - scale && (scale > 0 || !text.includes('.')))
}
