/** A decimal number without an exponent. Zero is never negative. */
export interface PlainDecimal {
  readonly negative: boolean
  /** Digits before the point, without leading zeros; '0' for none. */
  readonly whole: string
  /** Digits after the point, trailing zeros kept; '' for none. */
  readonly fraction: string
}

/** Beyond this an exponent is refused: twelve characters must not become a gigabyte of digits. */
const maxExponent = 1000

const pattern = /^([-+]?)(?:([0-9]+)(?:\.([0-9]+))?|\.([0-9]+))(?:[eE]([-+]?[0-9]{1,5}))?$/

/** Reads `-123.4500`, `.5`, `1e-7` (exponents within ±1000); `undefined` for anything else. No digit is lost. */
export function parseDecimal(text: string): PlainDecimal | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', afterWhole, bare, exponentText] = match
  const exponent = Number(exponentText ?? 0)
  if (Math.abs(exponent) > maxExponent) return undefined
  return shifted(sign === '-', whole, afterWhole ?? bare ?? '', exponent)
}

/** Writes it plainly: `-123.4500`. */
export function formatDecimal({ negative, whole, fraction }: PlainDecimal): string {
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/**
 * How many places before the point the first digit that counts stands: 3 for 123.4, -2 for 0.00123 (two zeros after
 * the point), `-Infinity` for zero. A type of precision p and scale s holds what has at most p - s.
 */
export function magnitude({ whole, fraction }: PlainDecimal): number {
  if (whole !== '0') return whole.length
  const first = fraction.search(/[1-9]/)
  return first < 0 ? Number.NEGATIVE_INFINITY : -first
}

/** The same number with at most `scale` digits after the point (negative: counted before it), or `undefined` if it had to be rounded. */
export function withinScale(decimal: PlainDecimal, scale: number): PlainDecimal | undefined {
  const beyond = scale < 0 ? decimal.whole.slice(scale) + decimal.fraction : decimal.fraction.slice(scale)
  if (/[1-9]/.test(beyond)) return undefined
  return { ...decimal, fraction: decimal.fraction.slice(0, Math.max(0, scale)) }
}

/** The digits that count in a JSON number's shortest text: 3 in `0.0120e5`. */
export function significantDigits(value: number): number {
  const mantissa = String(value).split('e')[0] ?? ''
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length
}

function shifted(minus: boolean, whole: string, fraction: string, exponent: number): PlainDecimal {
  const digits = whole + fraction
  const point = whole.length + exponent
  const before = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0')
  const after = point < 0 ? '0'.repeat(-point) + digits : digits.slice(point)
  const stripped = before.replace(/^0+/, '')
  return { negative: minus && /[1-9]/.test(digits), whole: stripped === '' ? '0' : stripped, fraction: after }
}
