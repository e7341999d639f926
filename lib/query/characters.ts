/** Unicode code points: what people call characters, and what databases count. */
export function characterCount(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length - 1; at += 1) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) count -= 1
  }
  return count
}

/** Whether `text` has more than `most` characters, without counting what is plainly short. */
export function isLongerThan(text: string, most: number): boolean {
  return text.length > most && characterCount(text) > most
}

/** At most 40 characters of `text`, with `…` where it was cut. For messages. */
export function shortened(text: string): string {
  const characters = [...text.slice(0, 82)]
  return characters.length > 40 ? `${characters.slice(0, 40).join('')}…` : text
}

/** Half a surrogate pair stands alone: no Unicode text, and no database stores it as it is. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}
