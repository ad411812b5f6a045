export {
  analyzeCells,
  type CellAnalysis,
  type WritesFigures,
} from './cells/analyze-cells.ts';
export type { AvailabilityFigures, StretchFigures } from './cells/availability-figures.ts';
export { type ArmEvidence, type EvidenceBalance, evidenceBalance } from './cells/evidence.ts';
export type { OperatorFigures } from './cells/operator-figures.ts';
export { type CellSummarizer, type CellSummary, createCellSummarizer } from './cells/summarize-cells.ts';
export type { TimeFigures } from './cells/time-figures.ts';
export { type Comparison, compareArms } from './comparison/compare-arms.ts';
export type { RateComparison } from './comparison/compare-rates.ts';
export type { TimeComparison } from './comparison/compare-times.ts';
export type { ComparedSide, ComparedTrial } from './comparison/match-trials.ts';
export type { ComparisonVerdict, VerdictWord } from './comparison/verdict.ts';
export type { Interval } from './interval.ts';
export { type PlanRequest, planRates, type TrialPlan } from './planning/plan-rates.ts';
export { type Imbalance, imbalance, type Share } from './rates/imbalance.ts';
export { mcnemarExact } from './rates/mcnemar.ts';
export {
  type Difference,
  type PairCounts,
  pairedRateDifference,
  unpairedRateDifference,
} from './rates/rate-difference.ts';
export { type Rate, rateOf, wilsonInterval } from './rates/wilson.ts';
export { cellWithoutArm, type RecordedTrial, recoveryTime } from './recorded-trial.ts';
export type { CensoredTime } from './survival/censored-time.ts';
export { type CurveStep, kaplanMeier, type SurvivalCurve } from './survival/kaplan-meier.ts';
export { type LogRank, logRank, type Stratum } from './survival/log-rank.ts';
export { type MedianTime, medianTime } from './survival/median.ts';
export { type RestrictedMean, restrictedMean } from './survival/restricted-mean.ts';
