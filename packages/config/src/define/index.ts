/** What an `ordeal.config.ts` imports, as `ordeal/config`. */
export {
  type Ability,
  type Address,
  CLIENT_ROLE,
  type ContainerLaunch,
  type ContainerSite,
  type Fault,
  type FaultPlan,
  type FaultSite,
  type Finding,
  type ImageLaunch,
  type ImageName,
  type Instance,
  type JsonObject,
  type Link,
  type LinkRule,
  type LoadLine,
  type NodeSite,
  type NodeSpec,
  type NodeView,
  type Observer,
  OrdealError,
  type PlanInput,
  type ProcessLaunch,
  type ProgramLaunch,
  type Subject,
  type SubjectProbe,
  type Topology,
} from '@ordeal/core';
export { chooseTarget, type PingResult, ping, type Route, routeThrough, routeTo } from '@ordeal/faults';
export type { CommandDefinition } from '@ordeal/operators';
export type { Endpoints, HealthCheck, HealthVerdict, HttpCheck, Protocol } from '@ordeal/subjects';
export { z } from 'zod';
export {
  type ComposeLoadDefinition,
  type ComposeSubjectDefinition,
  composeSubject,
} from './compose-subject.ts';
export {
  type DockerSettings,
  defineConfig,
  type Limits,
  type OrdealConfig,
  type ProcessSettings,
  type RuntimeSettings,
} from './config.ts';
export { defineFault, type FaultDefinition } from './fault.ts';
export { defineSubject, type SubjectDefinition } from './subject.ts';
export type { Support, Supports } from './supports.ts';
