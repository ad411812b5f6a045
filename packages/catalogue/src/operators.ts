import { NO_OPERATOR } from '@ordeal/core';

/** Another program, whose tickets and commands are read from its database on the worker's machine. */
export const OPERATOR_DB = 'operator-db';

/**
 * They show whether the judging is sound. `nop` does nothing; `oracle` undoes the fault: the ceiling; `claim-only` says
 * that all is well and does nothing; `restart-everything` restarts every node, well or not.
 */
export const CONTROL_OPERATORS = ['nop', 'oracle', 'claim-only', 'restart-everything'] as const;

/** What a campaign file may name without any settings. */
export const BUILT_IN_OPERATORS: readonly string[] = [NO_OPERATOR, OPERATOR_DB, ...CONTROL_OPERATORS];
