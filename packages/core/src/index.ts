export type { Catalogue, FaultEntry, FaultKindByParam, SubjectEntry, SupportedFault } from './catalogue.ts';
export { deadlineSignal, monotonicMs, waitFor, within } from './deadline.ts';
export { ERROR_TABLE, type ErrorCode, type ErrorEntry } from './error-table.ts';
export { describeError, isErrorCode, OrdealError, toOrdealError } from './errors.ts';
export {
  ABILITIES,
  type Ability,
  type Fault,
  type FaultPlan,
  type FaultSite,
  type Finding,
  type PlanInput,
} from './fault.ts';
export { type BrokenAct, type FaultPoints, readFaultPoints, STEPS, type Step } from './fault-points.ts';
export type { Availability, LoadFigures, WritesCheck } from './load-record.ts';
export {
  type Backstage,
  type Engagement,
  type ExecOutcome,
  type HandleAccess,
  type HandledNode,
  type Incident,
  type IncidentNode,
  NO_OPERATOR,
  type NodeHandles,
  type Operator,
  type OperatorEvent,
  operatorNeed,
} from './operator.ts';
export {
  CLAIM_VERDICTS,
  type ClaimVerdict,
  type OperatorAct,
  type OperatorRecord,
} from './operator-record.ts';
export { createRandom, pick, type Random } from './random.ts';
export type { Repertoire } from './repertoire.ts';
export type {
  Instance,
  InstanceLabel,
  InstanceRequest,
  LimitsLook,
  LinkRule,
  NodeEvent,
  NodeLimits,
  NodeLook,
  Runtime,
  VolumeLook,
} from './runtime.ts';
export type {
  ComposeFile,
  ContainerLaunch,
  ContainerSite,
  ImageLaunch,
  ImageName,
  LoadLine,
  LoadSlo,
  NodeSite,
  Observer,
  ProcessLaunch,
  ProgramLaunch,
  ServiceLaunch,
  Subject,
  SubjectProbe,
} from './subject.ts';
export { checkTiming, DEFAULT_TIMING, type Timing } from './timing.ts';
export {
  type Address,
  CLIENT_ROLE,
  type Link,
  type NodeSpec,
  type NodeView,
  type Topology,
  type VolumeSpec,
} from './topology.ts';
export {
  CAMPAIGN_STATUSES,
  type CampaignStatus,
  EXECUTION_ENDS,
  type ExecutionEnd,
  type FaultKind,
  GOALS,
  type Goal,
  INJECTION_STATES,
  type InjectionState,
  type Json,
  type JsonObject,
  NAME_PATTERN,
  NO_FAULT,
  OUTCOMES,
  type Outcome,
  PHASES,
  type Phase,
  RUNTIMES,
  type RuntimeName,
  TRIAL_STATUSES,
  type TrialStatus,
  VOID_CAUSES,
  type VoidCause,
} from './words.ts';
