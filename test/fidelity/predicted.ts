import type { RuleId } from '../../lib/openapi/diff/index.js'
import type { Change } from './changes/change.js'

/** What the difference between the documents before and after a promotion must have in it, and what it may. */
interface Predicted {
  readonly must: readonly RuleId[]
  /** By what else the changed column is: nullable, limited, a key. */
  readonly may?: readonly RuleId[]
}

/**
 * By the row of the design's table of schema changes. Ours differs from that table where our documents do: 64-bit integers and decimals
 * are strings, defaults are not published, single rows are at `/{id}` whatever the key is.
 */
const predicted: Readonly<Record<string, Predicted>> = {
  '1': { must: ['endpoint-added'] },
  '2': { must: ['endpoint-added'] },
  '3': { must: ['api-path-removed-without-deprecation', 'api-schema-removed'] },
  '4': { must: ['api-path-removed-without-deprecation', 'api-schema-removed'] },
  '5': {
    must: ['api-path-removed-without-deprecation', 'api-schema-removed', 'endpoint-added'],
    may: [
      'api-removed-without-deprecation',
      'new-optional-request-parameter',
      'new-optional-request-property',
      'new-required-request-property',
      'request-parameter-removed',
      'request-property-became-not-nullable',
      'request-property-became-nullable',
      'request-property-became-optional',
      'request-property-became-required',
      'request-property-removed',
      'response-property-became-not-nullable',
      'response-property-became-nullable',
      'response-required-property-added',
      'response-required-property-removed',
    ],
  },
  '6': { must: ['api-path-removed-without-deprecation', 'api-schema-removed'] },
  '7': { must: [] },
  '8': {
    must: [],
    may: ['response-property-became-nullable', 'response-property-type-changed', 'response-required-property-removed'],
  },
  '9': {
    must: ['api-removed-without-deprecation', 'api-schema-removed', 'endpoint-added'],
    may: ['response-property-became-nullable'],
  },
  '10': { must: ['endpoint-added'], may: ['response-property-became-not-nullable'] },
  '11': { must: [] },
  '12': { must: [] },
  '13': { must: ['new-optional-request-property', 'response-required-property-added'] },
  '14': { must: ['new-optional-request-property', 'response-required-property-added'] },
  '15': { must: ['new-optional-request-property', 'new-required-request-property', 'response-required-property-added'] },
  '15a': { must: ['response-required-property-added'] },
  '16': { must: ['response-required-property-added'], may: ['new-optional-request-property'] },
  '17': { must: ['request-property-removed', 'response-required-property-removed'] },
  '18': {
    must: [
      'new-optional-request-property',
      'request-property-removed',
      'response-required-property-added',
      'response-required-property-removed',
    ],
    may: ['new-required-request-property'],
  },
  '19': { must: [] },
  '20': { must: [] },
  '21': {
    must: ['request-property-type-changed', 'response-property-type-changed'],
    may: ['request-parameter-type-generalized'],
  },
  '21a': { must: ['request-property-max-increased', 'request-property-min-decreased'] },
  '21b': { must: ['request-property-max-decreased', 'request-property-min-increased'] },
  '22': {
    must: [
      'request-property-max-set',
      'request-property-min-set',
      'request-property-type-changed',
      'response-property-type-changed',
    ],
  },
  '23': {
    must: ['request-property-type-changed'],
    may: ['response-property-type-changed', 'response-property-type-specialized'],
  },
  '24': {
    must: ['request-property-type-changed'],
    may: ['response-property-type-changed', 'response-property-type-generalized'],
  },
  '25': {
    must: [
      'request-property-max-set',
      'request-property-min-set',
      'request-property-type-changed',
      'response-property-type-changed',
    ],
  },
  '26': {
    must: [],
    may: [
      'request-parameter-type-generalized',
      'request-property-became-nullable',
      'request-property-max-length-set',
      'request-property-max-set',
      'request-property-min-set',
      'request-property-type-changed',
      'request-property-type-generalized',
      'response-property-became-nullable',
      'response-property-type-changed',
      'response-property-type-specialized',
    ],
  },
  '27': { must: ['request-property-type-changed', 'response-property-type-specialized'] },
  '28': {
    must: ['request-property-max-length-set'],
    may: ['request-property-enum-value-removed', 'request-property-type-generalized', 'response-property-type-changed'],
  },
  '29': { must: ['request-property-type-changed', 'response-property-type-changed'] },
  '30': { must: [], may: ['request-property-max-length-increased'] },
  '31': { must: ['request-property-max-length-decreased'] },
  '32': { must: [] },
  '33': { must: ['request-property-max-length-set'] },
  '34': { must: [] },
  '35': { must: [] },
  '36': { must: [] },
  '37': { must: [] },
  '38': {
    must: [
      'request-property-max-increased',
      'request-property-min-increased',
      'request-property-type-changed',
      'response-property-type-changed',
    ],
  },
  '39': {
    must: [
      'request-property-max-decreased',
      'request-property-min-decreased',
      'request-property-type-changed',
      'response-property-type-changed',
    ],
  },
  '40': { must: ['request-property-type-changed', 'response-property-type-changed'] },
  '41': { must: [] },
  '42': { must: [] },
  '43': { must: [] },
  '44': {
    must: ['request-property-became-not-nullable', 'request-property-became-required', 'response-property-became-not-nullable'],
  },
  '45': { must: ['request-property-became-not-nullable', 'response-property-became-not-nullable'] },
  '46': {
    must: ['request-property-became-nullable', 'response-property-became-nullable'],
    may: ['request-property-became-optional'],
  },
  '47': { must: ['request-property-became-optional'] },
  '48': { must: [] },
  '49': { must: [] },
  '50': { must: [] },
  '51': { must: ['request-property-became-required'] },
  '52': { must: [] },
  '53': { must: ['endpoint-added', 'new-optional-request-parameter'] },
  '54': {
    must: [
      'endpoint-added',
      'new-optional-request-parameter',
      'request-property-became-not-nullable',
      'request-property-became-required',
      'response-property-became-not-nullable',
    ],
  },
  '55': {
    must: [
      'api-path-removed-without-deprecation',
      'api-removed-without-deprecation',
      'api-schema-removed',
      'request-parameter-removed',
    ],
  },
  '56': {
    must: ['request-property-became-optional', 'request-property-became-required'],
    may: ['request-parameter-type-generalized'],
  },
  '57': {
    must: ['request-property-became-required'],
    // Where a part of the key goes, the whole key does.
    may: [
      'api-path-removed-without-deprecation',
      'api-removed-without-deprecation',
      'api-schema-removed',
      'request-parameter-removed',
    ],
  },
  '58': { must: [] },
  '59': { must: [] },
  '60': { must: [] },
  '61': { must: [] },
  '62': { must: [] },
  '63': { must: [] },
  '64': { must: [] },
  '65': { must: [] },
  '66': { must: [] },
  '67': { must: [] },
  '68': { must: ['request-property-enum-value-added'] },
  '69': { must: ['request-property-enum-value-removed'] },
  '70': { must: ['request-property-enum-value-added', 'request-property-enum-value-removed'] },
  '71': { must: [] },
  '72': { must: ['request-property-became-enum', 'request-property-enum-value-added'] },
  '73': { must: ['request-property-became-optional'] },
  '74': { must: ['request-property-removed', 'response-required-property-became-read-only'] },
  '75': { must: ['request-property-became-required'] },
  '76': { must: [] },
  '77': { must: ['new-optional-request-property', 'response-required-property-became-not-read-only'] },
  '78': {
    must: [
      'new-optional-request-property',
      'new-required-request-property',
      'response-property-became-not-nullable',
      'response-required-property-became-not-read-only',
    ],
  },
  '79': { must: [] },
}

/** Changes that are not what most of their row are, with the reason. */
const others: Readonly<Record<string, readonly RuleId[]>> = {
  // Only the rows are others.
  'tables of one shape exchange their names': [],
  // It is not told of.
  'an invisible column comes': [],
  // Columns of one table take each other's names, and with them their limits and NULL.
  'names change twice between two looks, in a chain': [
    'request-property-became-not-nullable',
    'request-property-became-nullable',
    'request-property-became-optional',
    'request-property-became-required',
    'request-property-max-length-decreased',
    'request-property-max-length-increased',
    'response-property-became-not-nullable',
    'response-property-became-nullable',
  ],
}

/** What is wrong with the ids that a change's promotion showed; null: they are as predicted. `+` stands for rows without a prediction. */
export function misses({ name, rows }: Change, found: ReadonlySet<string>): string | null {
  if (rows.includes('+')) return null
  const other = others[name]
  const all: readonly Predicted[] = other === undefined ? rows.map((row) => predicted[row] ?? { must: [] }) : [{ must: other }]
  const allowed = new Set<string>(all.flatMap(({ must, may = [] }) => [...must, ...may]))
  const unexpected = [...found].filter((id) => !allowed.has(id))
  // Of several changes at once one can hide what another shows.
  const missing = all.length > 1 ? [] : (all[0]?.must ?? []).filter((id) => !found.has(id))
  if (unexpected.length === 0 && missing.length === 0) return null
  return `not predicted: ${unexpected.join(', ') || 'none'}; missing: ${missing.join(', ') || 'none'}`
}
