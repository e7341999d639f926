import type { RenameOptions } from '../config/options.js'
import { takenTables } from '../contract/taken.js'
import type { ServiceMonitor } from '../drift/monitor.js'
import { preview } from '../drift/preview.js'
import type { Served } from '../drift/served.js'
import { fail } from '../errors.js'
import { settleRename } from './settle.js'

/** What is served once the renames that are promoted along are confirmed, tables first; fails as `resolve` does for names that mean nothing. */
export async function withRenames(
  monitor: ServiceMonitor,
  now: Served,
  renames: RenameOptions | undefined,
  tables: readonly string[] | undefined,
): Promise<Served> {
  const { tables: ofTables = {}, columns: ofColumns = {} } = renames ?? {}
  const confirm = (served: Served, table: string, column: string | undefined, to: string) =>
    settleRename(monitor, served, { kind: 'confirm-rename', table, to, ...(column === undefined ? {} : { column }) })
  const first = Object.entries(ofTables).flatMap(([table, to]) => confirm(now, table, undefined, to))
  const between = first.length === 0 ? now : await preview(monitor, { said: first })
  const then = Object.entries(ofColumns).flatMap(([table, columns]) =>
    Object.entries(columns).flatMap(([column, to]) => confirm(between, table, column, to)),
  )
  const said = [...first, ...then]
  const served = then.length === 0 ? between : await preview(monitor, { said })
  if (tables !== undefined) checkTaken(served, [...Object.keys(ofTables), ...Object.keys(ofColumns)], tables)
  return served
}

function checkTaken({ binding }: Served, renamed: readonly string[], tables: readonly string[]): void {
  const { isAbout } = takenTables(binding, tables)
  const other = renamed.find((table) => !isAbout({ table }))
  if (other !== undefined)
    fail('invalid-body', {
      detail: `"${other}" is renamed, but not promoted`,
      hint: 'name it among the tables, or confirm its rename with resolve',
    })
}
