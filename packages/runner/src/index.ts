export { TrialAborted } from './abort-reason.ts';
export { executeTrial, type TrialEnd, type TrialExecution } from './execute-trial.ts';
export { GoalWatch, type HealthSample, type HealthTransition, type Verdict } from './goal-watch.ts';
