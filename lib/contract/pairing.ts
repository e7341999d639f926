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
  /** For `taken`: the name was not its own when it was last known. */
  readonly isAway: boolean
  /** Whether it is an operator's word that leads to `live`. */
  readonly isSaid: boolean
}

/** What an operator said of the things to be paired. */
export interface Said<C> {
  /** The name it was renamed to. */
  renamed(item: C): string | undefined
  /** Whether what has that name now is what was meant. */
  isMeant(item: C, live: Identified): boolean
  /** Whether what has the contract's name is it, whatever its identity. */
  keepsName(item: C): boolean
  /** Whether its name was another's when it was last known. */
  isAway(item: C): boolean
}

interface Case<C, L> {
  readonly contract: C
  /** Whether an identity is on record at all. */
  readonly isRecorded: boolean
  /** What has the contract's name now. */
  readonly home: L | null
  /** What has the recorded identity now, or else what an operator said. */
  readonly own: L | null
  readonly isSaid: boolean
  readonly keepsName: boolean
}

/**
 * Pairs what the contract has with what is there. Identity decides where the contract's name is vacant, or where names were
 * exchanged among things of the contract; else the name does. A name counts as vacant, too, when what has it is another thing
 * of the contract that was renamed: after a → b and b → c, both are renames, and nobody is served another's data.
 *
 * @param recorded the identity on record for a thing of the contract, `undefined` without one
 * @param said what an operator said; a proof wins over a rename that was only said
 * @param idsMayShift identities are positions, which move up when a neighbour goes: a rename must then lead to a new name
 */
export function pairUp<C extends Identified, L extends Identified>(
  contract: readonly C[],
  live: readonly L[],
  recorded: (item: C) => string | undefined,
  idsMayShift: boolean,
  said: Said<C> = nothingSaid,
): Pair<C, L>[] {
  const cases = casesOf(contract, live, recorded, said)
  const settled = new Map<Case<C, L>, 'same' | 'renamed' | 'swapped'>()
  for (const one of cases) if (one.own !== null && one.own === one.home) settled.set(one, 'same')
  for (const one of swaps(cases)) settled.set(one, 'swapped')
  const promised = new Set(contract.map(({ name }) => name))
  const claimed = followRenames(cases, settled, ({ name }) => !idsMayShift || !promised.has(name))
  const known = new Set(cases.flatMap(({ own }) => own ?? []))
  return cases.map((one) => {
    const how = settled.get(one)
    if (how !== undefined) return { contract: one.contract, live: one.own, how, ...lost, isSaid: one.isSaid }
    return byNameAlone(one, claimed, known, said)
  })
}

function casesOf<C extends Identified, L extends Identified>(
  contract: readonly C[],
  live: readonly L[],
  recorded: (item: C) => string | undefined,
  said: Said<C>,
): Case<C, L>[] {
  const byName = new Map(live.map((item) => [item.name, item]))
  const byId = new Map(live.flatMap((item) => (item.id === null ? [] : [[item.id, item] as const])))
  return contract.map((item) => {
    const keepsName = said.keepsName(item)
    const id = keepsName ? undefined : recorded(item)
    const known = id === undefined ? undefined : byId.get(id)
    const told = keepsName ? undefined : byName.get(said.renamed(item) ?? item.name)
    const isSaid = known === undefined && told !== undefined && told.name !== item.name && said.isMeant(item, told)
    const own = known ?? (isSaid ? told : undefined) ?? null
    return { contract: item, isRecorded: id !== undefined, home: byName.get(item.name) ?? null, own, isSaid, keepsName }
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
      const { home, own, isSaid } = one
      if (settled.has(one) || own === null || claimed.has(own) || !mayLeadTo(own)) continue
      if (home !== null && !claimed.has(home) && !isSaid) continue
      settled.set(one, 'renamed')
      claimed.add(own)
      open = true
    }
  }
  return claimed
}

function byNameAlone<C extends Identified, L extends Identified>(
  { contract, isRecorded, home, own, keepsName }: Case<C, L>,
  claimed: ReadonlySet<L>,
  known: ReadonlySet<L>,
  said: Said<C>,
): Pair<C, L> {
  if (home === null || claimed.has(home)) return { contract, ...lost, live: null, how: 'gone' }
  if (keepsName) return { contract, ...lost, live: home, how: 'same' }
  const isAnothers = known.has(home)
  const isKnownOther = isAnothers || (isRecorded && home.id !== null)
  const isAway = said.isAway(contract)
  return { contract, ...lost, live: home, how: isKnownOther || isAway ? 'taken' : 'same', movedTo: own, isAnothers, isAway }
}

const lost = { movedTo: null, isAnothers: false, isAway: false, isSaid: false } as const

const nothingSaid: Said<unknown> = {
  renamed: () => undefined,
  isMeant: () => false,
  keepsName: () => false,
  isAway: () => false,
}
