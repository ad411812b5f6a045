export {
  type CellSummarizer,
  type CellSummary,
  type CensoredTime,
  createCellSummarizer,
  medianRecovery,
  type RecordedTrial,
} from './summarize-cells.ts';
