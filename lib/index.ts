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
  RenameOptions,
  ServiceConfig,
  ServiceOptions,
  TableOptions,
} from './config/options.js'
export type { ConfigProblem } from './config/problem.js'
export type { Resolution, StoredResolution } from './contract/resolution.js'
export type { ChangeKind } from './contract/rules.js'
export type { HistoryEntry } from './contract/store.js'
export type { Change, DriftState, Evidence, Hold, LockMode } from './contract/types.js'
export type { Author } from './controller/author.js'
export type { ContractController } from './controller/controller.js'
export type { DiffQuery, ServiceDiff } from './controller/diff.js'
export type { PromoteOptions, PromoteResult, VersionRecord } from './controller/promote.js'
export type { ResolutionRequest } from './controller/resolution-request.js'
export type { RollbackOptions, RollbackResult } from './controller/rollback.js'
export type { ConfiguredWord, Narrowed, ServiceStatus } from './controller/status.js'
export { FaucetError, isFaucetError, type ProblemCode, problems } from './errors.js'
export type { FaucetEventName, FaucetEvents } from './events.js'
export type { Logger } from './logger.js'
export {
  type DiffOpenApiOptions,
  diffOpenApi,
  type Format,
  formatChanges,
  formats,
  type OpenApiChange,
  type ReportContext,
} from './openapi/diff/index.js'
export type { OpenApiDocument } from './openapi/documents.js'
