import { fail } from '../../../lib/errors.js'

/**
 * Loads an optional driver package: `loadDriver('pg', () => import('pg'))`.
 * Fails with `driver-missing` when the package itself is not installed; any other error of loading it is rethrown.
 */
export async function loadDriver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error, name)) throw error
    return fail('driver-missing', {
      detail: `the package "${name}" is needed for this database and is not installed`,
      hint: `npm install ${name}`,
      context: { package: name },
      cause: error,
    })
  }
}

/** True only for the package asked for: a package that it needs itself is another problem. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return false
  const packageName = /^Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1]
  return packageName === name || (packageName?.startsWith(`${name}/`) ?? false)
}
