export { likelyProtocol } from './compose/ask-port.ts';
export { createComposeSubject } from './compose/create-subject.ts';
export type {
  ComposeLoad,
  ComposeSystem,
  Endpoints,
  HealthCheck,
  HealthVerdict,
  HttpCheck,
  Protocol,
} from './compose/system.ts';
export { subjectOf, subjects } from './subjects.ts';
