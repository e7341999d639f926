import type { Change } from './changes/change.js'
import { columnChanges } from './changes/columns.js'
import { familyChanges } from './changes/family.js'
import { keyChanges } from './changes/keys.js'
import { nullabilityChanges } from './changes/nullability.js'
import { numberChanges } from './changes/numbers.js'
import { objectChanges } from './changes/objects.js'
import { renameChanges } from './changes/renames.js'
import { rewriteChanges } from './changes/rewrites.js'
import { valueChanges } from './changes/values.js'
import { viewChanges } from './changes/views.js'

/** Every change of the matrix: the design's table row by row, then what migrations make of several. */
export const changes: readonly Change[] = [
  ...objectChanges,
  ...viewChanges,
  ...columnChanges,
  ...renameChanges,
  ...numberChanges,
  ...valueChanges,
  ...nullabilityChanges,
  ...keyChanges,
  ...rewriteChanges,
  ...familyChanges,
]
