import type { Withhold } from './merge.js'
import { nameKey } from './words.js'

/**
 * Tables that no service serves unless told to: what migration tools leave beside, or for a while in place of, a team's own
 * tables, and names this library keeps for itself. The plain name `migrations` is not here: it may be somebody's data.
 */
export const defaultExcludes: readonly string[] = Object.freeze([
  // Work tables of gh-ost and pt-online-schema-change: they come and go during one migration.
  '_*_gho',
  '_*_ghc',
  '_*_del',
  '_*_new',
  '_*_old',
  // Ledgers of migration tools.
  'knex_migrations',
  'knex_migrations_lock',
  '_prisma_migrations',
  'typeorm_metadata',
  'sequelizemeta',
  'sequelizedata',
  'flyway_schema_history',
  'databasechangelog',
  'databasechangeloglock',
  'kysely_migration',
  'kysely_migration_lock',
  '__drizzle_migrations',
  'schema_migrations',
  'ar_internal_metadata',
  'pgmigrations',
  'mikro_orm_migrations',
  'alembic_version',
  'django_migrations',
  '__efmigrationshistory',
  'goose_db_version',
  'atlas_schema_revisions',
  '_sqlx_migrations',
  '__diesel_schema_migrations',
  'doctrine_migration_versions',
  'phinxlog',
  // Our own.
  '_faucet_*',
])

/**
 * Whether a name fits a pattern: `*` stands for any run of characters, `?` for one. Case does not matter.
 * Takes at most name × pattern steps, whatever the pattern.
 *
 * @example matchesPattern('_users_gho', '_*_gho') // true
 */
export function matchesPattern(name: string, pattern: string): boolean {
  const [letters, wanted] = [Array.from(name.toLowerCase()), Array.from(pattern.toLowerCase())]
  let [at, next] = [0, 0]
  // Where the last star stood, and how much of the name it has swallowed: only the last one can need to take more.
  let [star, swallowed] = [-1, 0]
  while (at < letters.length) {
    if (wanted[next] === '*') {
      star = next++
      swallowed = at
    } else if (next < wanted.length && (wanted[next] === '?' || wanted[next] === letters[at])) {
      at++
      next++
    } else if (star >= 0) {
      next = star + 1
      at = ++swallowed
    } else return false
  }
  return wanted.slice(next).every((letter) => letter === '*')
}

/**
 * Whether patterns keep a table out: none of `include` fits it, or one of `exclude` does. An empty `include` takes everything.
 * The {@link defaultExcludes} count only as part of `exclude`.
 */
export function isExcluded(name: string, include: readonly string[], exclude: readonly string[]): boolean {
  const isIncluded = include.length === 0 || include.some((pattern) => matchesPattern(name, pattern))
  return !isIncluded || exclude.some((pattern) => matchesPattern(name, pattern))
}

/**
 * Words that make a column's name look secret. Only whole words count, in `snake_case`, `camelCase` and `kebab-case` names:
 * `reset_token` and `resetToken` do, `hashtag`, `tokenizer_version` and `shipping` do not. A space stands for any way to join two words.
 */
export const secretWords: readonly string[] = Object.freeze([
  'password',
  'passwords',
  'passwd',
  'passphrase',
  'passcode',
  'pwd',
  'secret',
  'secrets',
  'token',
  'tokens',
  'hash',
  'salt',
  'pepper',
  'credential',
  'credentials',
  'api key',
  'access key',
  'private key',
  'secret key',
  'encryption key',
  'signing key',
  'signature key',
  'access token',
  'refresh token',
  'auth token',
  'password hash',
  'recovery code',
  'recovery codes',
  'backup code',
  'backup codes',
  'security answer',
  'otp',
  'totp',
  'hotp',
  'mfa',
  'pin',
  'cvv',
  'cvc',
  'ssn',
  'social security number',
  'tax id',
  'passport number',
  'iban',
  'card number',
  'account number',
])

// Both spellings of two joined words: `api_key` splits, `apikey` does not.
const phrases = new Set(secretWords.flatMap((words) => [words, words.replaceAll(' ', '')]))
const longest = Math.max(...secretWords.map((words) => words.split(' ').length))

/** Whether a column's name says that its values are secret; see {@link secretWords}. */
export function looksSecret(columnName: string): boolean {
  // A capital may start a word or not: `apiKey`, but also `APIKEY` and `PassWord`.
  const humps = columnName.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, ' ')
  return [humps, columnName].some((text) => hasSecretPhrase(text.toLowerCase().split(/[^\p{L}]+/u)))
}

function hasSecretPhrase(words: readonly string[]): boolean {
  return words.some((_, start) => {
    const lengths = Array.from({ length: longest }, (_, more) => more + 1)
    return lengths.some((length) => start + length <= words.length && phrases.has(words.slice(start, start + length).join(' ')))
  })
}

/** What waits for an operator: columns whose names look secret, unless the service exposes all, and what was declined. */
export function withholder(autoExpose: 'safe' | 'all', declined: ReadonlySet<string>): Withhold {
  return ({ name }, column) =>
    (autoExpose === 'safe' && column !== null && looksSecret(column.name)) || declined.has(nameKey(name, column?.name ?? null))
}
