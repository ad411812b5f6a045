export {
  type CellSummary,
  type CensoredTime,
  medianRecovery,
  type RecordedTrial,
  summarizeCells,
} from './summarize-cells.ts';
