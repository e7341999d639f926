import type { Row } from '../../../lib/database.js'

/** Rows of one chunk of a stream. */
export const chunkSize = 500

/** Cuts rows into chunks as they come. */
export function* inChunks(rows: Iterable<Row>): Generator<readonly Row[]> {
  let chunk: Row[] = []
  for (const row of rows) {
    chunk.push(row)
    if (chunk.length < chunkSize) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
