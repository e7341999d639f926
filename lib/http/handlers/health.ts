import type { Call } from '../call.js'
import { json } from '../respond.js'
import type { FaucetResponse } from '../types.js'

/** `GET /healthz`: the process answers. */
export async function health(): Promise<FaucetResponse> {
  return json(200, { status: 'ok' })
}

/**
 * `GET /readyz`: 200 once every contract is loaded; a database or the store that is down then is only `degraded`, and drift is
 * neither.
 */
export async function readiness(call: Call): Promise<FaucetResponse> {
  const monitors = [...call.core.monitors.values()]
  const ready = monitors.every((monitor) => monitor.current !== null)
  const databases = monitors.filter((monitor) => monitor.failure !== null).map(({ parts }) => `database of ${parts.service.name}`)
  const store = await call.core.store.ping().then(
    () => [],
    () => ['contract store'],
  )
  const lost = monitors.filter(({ regressed }) => regressed).map(({ parts }) => `contract store of ${parts.service.name}`)
  const degraded = [...databases, ...store, ...lost]
  return json(ready ? 200 : 503, { status: ready ? 'ready' : 'starting', ...(degraded.length === 0 ? {} : { degraded }) })
}
