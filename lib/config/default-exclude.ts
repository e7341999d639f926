/**
 * Tables that no service serves: what migration tools leave beside, or for a while in place of, a team's own tables.
 * `*` stands for any characters. The plain name `migrations` is not here: it may be somebody's data.
 */
export const defaultExclude: readonly string[] = Object.freeze([
  // Work tables of gh-ost and pt-online-schema-change: they come and go during one migration.
  '_*_gho',
  '_*_ghc',
  '_*_del',
  '_*_new',
  '_*_old',
  // Ledgers of migration tools.
  'schema_migrations',
  'ar_internal_metadata',
  '_prisma_migrations',
  'kysely_migration',
  'kysely_migration_lock',
  'knex_migrations',
  'knex_migrations_lock',
  '__drizzle_migrations',
  'mikro_orm_migrations',
  'typeorm_metadata',
  'SequelizeMeta',
  'pgmigrations',
  'flyway_schema_history',
  'databasechangelog',
  'databasechangeloglock',
  'DATABASECHANGELOG',
  'DATABASECHANGELOGLOCK',
  'alembic_version',
  'django_migrations',
  '__EFMigrationsHistory',
  'goose_db_version',
  'atlas_schema_revisions',
  '_sqlx_migrations',
  '__diesel_schema_migrations',
  'doctrine_migration_versions',
  'phinxlog',
  // Our own.
  '_faucet_*',
])
