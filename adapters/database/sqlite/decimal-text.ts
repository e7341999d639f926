/** A number in decimal notation: `(-1)^negative × digits × 10^-scale`. */
export interface Decimal {
  readonly negative: boolean
  /** Without sign and point; leading zeros removed, at least one digit. */
  readonly digits: string
  /** Digits behind the point; negative for trailing zeros that are not written out. */
  readonly scale: number
}

const pattern = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,5}))?\s*$/i

/** Reads `19.90`, `-1e21` or `.5`; null when the text is not a number. */
export function parseDecimal(text: string): Decimal | null {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = pattern.exec(text) ?? []
  if (whole === '' && fraction === '') return null
  const digits = (whole + fraction).replace(/^0+(?=.)/, '')
  return { negative: sign === '-' && /[1-9]/.test(digits), digits, scale: fraction.length - Number(exponent) }
}

/** Plain notation without an exponent, with at least `scale` digits behind the point: `1e21`, `0.5` and scale 2 is `0.50`. */
export function formatDecimal({ negative, digits, scale }: Decimal, atLeast: number): string {
  const zeros = Math.max(0, -scale)
  const places = Math.max(0, scale)
  const all = (digits + '0'.repeat(zeros)).padStart(places + 1, '0')
  const whole = all.slice(0, all.length - places).replace(/^0+(?=\d)/, '')
  const fraction = all.slice(all.length - places).padEnd(atLeast, '0')
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** The digits that carry the value: `1900.50` has `19005`. */
export function significantDigits({ digits }: Decimal): string {
  return digits.replace(/^0+|0+$/g, '')
}

/** The value as a whole number, or null when it has a fraction or is absurdly large. */
export function wholeValue(decimal: Decimal): bigint | null {
  if (decimal.scale < -30) return /[1-9]/.test(decimal.digits) ? null : 0n
  const [whole = '0', fraction = ''] = formatDecimal(decimal, 0).split('.')
  return /[1-9]/.test(fraction) ? null : BigInt(whole)
}
