export type {
  Access,
  AccessHooks,
  AccessRequest,
  Actor,
  Authorize,
  DataAction,
  Decision,
  Operate,
  OperateAction,
  OperateDecision,
  OperateRequest,
} from './access/access.js'
export type { Duration, Size } from './config/duration.js'
export type {
  DialectTarget,
  DsnTarget,
  FaucetConfig,
  KyselyTarget,
  LimitOptions,
  PoolOptions,
  ServiceConfig,
  ServiceOptions,
} from './config/options.js'
export type { ConfigProblem } from './config/problem.js'
export type { PromoteOptions, PromoteResult, VersionRecord } from './contract/promote.js'
export type { ChangeKind } from './contract/rules.js'
export type { HistoryEntry } from './contract/store.js'
export type { Change, DriftState, Evidence, Hold, LockMode } from './contract/types.js'
export type { Author, ContractController, ServiceDiff, ServiceStatus } from './controller.js'
export { FaucetError, isFaucetError, type ProblemCode, problems } from './errors.js'
export type { FaucetEventName, FaucetEvents } from './events.js'
export type { Logger } from './logger.js'
