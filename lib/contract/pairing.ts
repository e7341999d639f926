/** What pairing needs to know of a table or a column. */
export interface Identified {
  readonly id: string | null
  readonly name: string
}

/** What became of one thing of the contract. */
export interface Pair<C, L> {
  readonly contract: C
  readonly live: L | null
  /**
   * `same` by name and, where it is known, identity. `renamed`: the name is vacant, the identity is elsewhere. `swapped`:
   * names went round between things of the contract. `taken`: the name belongs to something of another identity. `gone`.
   */
  readonly how: 'same' | 'renamed' | 'swapped' | 'taken' | 'gone'
  /** For `taken`: where the identity lives on, if it does. */
  readonly movedTo: L | null
  /** For `taken`: what has the name is known as another thing of the contract. */
  readonly isAnothers: boolean
}

interface Case<C, L> {
  readonly contract: C
  /** Whether an identity is on record at all. */
  readonly isRecorded: boolean
  /** What has the contract's name now. */
  readonly home: L | null
  /** What has the recorded identity now. */
  readonly own: L | null
}

/**
 * Pairs what the contract has with what is there. Identity decides where the contract's name is vacant, or where names were
 * exchanged among things of the contract; else the name does. A name counts as vacant, too, when what has it is another thing
 * of the contract that was renamed: after a → b and b → c, both are renames, and nobody is served another's data.
 *
 * @param recorded the identity on record for a thing of the contract, `undefined` without one
 * @param idsMayShift identities are positions, which move up when a neighbour goes: a rename must then lead to a new name
 */
export function pairUp<C extends Identified, L extends Identified>(
  contract: readonly C[],
  live: readonly L[],
  recorded: (item: C) => string | undefined,
  idsMayShift: boolean,
): Pair<C, L>[] {
  const cases = casesOf(contract, live, recorded)
  const settled = new Map<Case<C, L>, 'same' | 'renamed' | 'swapped'>()
  for (const one of cases) if (one.own !== null && one.own === one.home) settled.set(one, 'same')
  for (const one of swaps(cases)) settled.set(one, 'swapped')
  const promised = new Set(contract.map(({ name }) => name))
  const claimed = followRenames(cases, settled, ({ name }) => !idsMayShift || !promised.has(name))
  const known = new Set(cases.flatMap(({ own }) => own ?? []))
  return cases.map((one) => {
    const how = settled.get(one)
    if (how !== undefined) return { contract: one.contract, live: one.own, how, movedTo: null, isAnothers: false }
    return byNameAlone(one, claimed, known)
  })
}

function casesOf<C extends Identified, L extends Identified>(
  contract: readonly C[],
  live: readonly L[],
  recorded: (item: C) => string | undefined,
): Case<C, L>[] {
  const byName = new Map(live.map((item) => [item.name, item]))
  const byId = new Map(live.flatMap((item) => (item.id === null ? [] : [[item.id, item] as const])))
  return contract.map((item) => {
    const id = recorded(item)
    const own = id === undefined ? undefined : byId.get(id)
    return { contract: item, isRecorded: id !== undefined, home: byName.get(item.name) ?? null, own: own ?? null }
  })
}

/** Everything whose names went round in a circle: each one's name belongs to the next one's identity. */
function swaps<C extends Identified, L extends Identified>(cases: readonly Case<C, L>[]): Set<Case<C, L>> {
  const byName = new Map(cases.map((one) => [one.contract.name, one]))
  const next = (one: Case<C, L>) => (one.own === null || one.own === one.home ? undefined : byName.get(one.own.name))
  const found = new Set<Case<C, L>>()
  for (const first of cases) {
    const circle = new Set([first])
    let one = next(first)
    while (one !== undefined && !circle.has(one)) {
      circle.add(one)
      one = next(one)
    }
    if (one === first) for (const member of circle) found.add(member)
  }
  return found
}

/** Settles every rename, one opening the next, and tells what is spoken for. */
function followRenames<C extends Identified, L extends Identified>(
  cases: readonly Case<C, L>[],
  settled: Map<Case<C, L>, 'same' | 'renamed' | 'swapped'>,
  mayLeadTo: (item: L) => boolean,
): Set<L> {
  const claimed = new Set([...settled.keys()].flatMap(({ own }) => own ?? []))
  let open = true
  while (open) {
    open = false
    for (const one of cases) {
      const { home, own } = one
      if (settled.has(one) || own === null || claimed.has(own) || !mayLeadTo(own)) continue
      if (home !== null && !claimed.has(home)) continue
      settled.set(one, 'renamed')
      claimed.add(own)
      open = true
    }
  }
  return claimed
}

function byNameAlone<C extends Identified, L extends Identified>(
  { contract, isRecorded, home, own }: Case<C, L>,
  claimed: ReadonlySet<L>,
  known: ReadonlySet<L>,
): Pair<C, L> {
  if (home === null || claimed.has(home)) return { contract, live: null, how: 'gone', movedTo: null, isAnothers: false }
  const isAnothers = known.has(home)
  const how = isAnothers || (isRecorded && home.id !== null) ? 'taken' : 'same'
  return { contract, live: home, how, movedTo: own, isAnothers }
}
