/** A key in a comment: `Paid in cents. [faucet:0f3a…]`, 16 hex digits. */
const stamp = /\[faucet:([0-9a-f]{16})\]/g
const spaced = new RegExp(`\\s*${stamp.source}`, 'g')

/** The key that a comment carries; null without one, and with several. */
export function stampIn(comment: string): string | null {
  const found = [...comment.matchAll(stamp)]
  return found.length === 1 ? (found[0]?.[1] ?? null) : null
}

/** What people wrote, without any key. */
export function withoutStamp(comment: string): string {
  return comment.replace(spaced, '').trimStart()
}

/** What people wrote, and behind it the key, which takes the place of any other. */
export function withStamp(comment: string, key: string): string {
  const text = withoutStamp(comment)
  return `${text}${text === '' ? '' : ' '}[faucet:${key}]`
}
