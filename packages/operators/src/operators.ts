import { CONTROL_OPERATORS, OPERATOR_DB } from '@ordeal/catalogue';
import type { Operator } from '@ordeal/core';
import { commandOperator } from './command/command-operator.ts';
import type { CommandDefinition } from './command/definition.ts';
import { claimOnly } from './control/claim-only.ts';
import { nop } from './control/nop.ts';
import { oracle } from './control/oracle.ts';
import { restartEverything } from './control/restart-everything.ts';
import { databaseOperator } from './operator-db/database-operator.ts';

const CONTROLS: Readonly<Record<(typeof CONTROL_OPERATORS)[number], Operator>> = {
  nop,
  oracle,
  'claim-only': claimOnly,
  'restart-everything': restartEverything,
};

export interface OperatorSources {
  /** Of the settings file, by name. */
  readonly commands: Readonly<Record<string, CommandDefinition>>;
  readonly settingsFile: string | undefined;
  /** Path of the operator's database; undefined: there is none here. */
  readonly operatorDb: string | undefined;
}

/** Looks operators up by the names that campaign files use; undefined: there is none of that name here. */
export function createOperators({ commands, settingsFile, operatorDb }: OperatorSources) {
  // One for all trials: whose a ticket is, it says among those that are open.
  const database = operatorDb === undefined ? undefined : databaseOperator(operatorDb);
  return (name: string): Operator | undefined => {
    const control = CONTROL_OPERATORS.find((known) => known === name);
    if (control !== undefined) return CONTROLS[control];
    if (name === OPERATOR_DB) return database;
    const definition = Object.hasOwn(commands, name) ? commands[name] : undefined;
    return definition && commandOperator(name, definition, settingsFile);
  };
}
