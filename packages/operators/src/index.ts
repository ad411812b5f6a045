export { acceptedSettings } from './accepted-settings.ts';
export { type CommandDefinition, commandDefinition } from './command/definition.ts';
export { killOperatorsOf } from './command/operator-processes.ts';
export { askHandle } from './handles/ask-handle.ts';
export { NODE_USAGE, runNodeCommand } from './handles/node-command.ts';
export {
  type HandleAnswer,
  type HandleRequest,
  type HandleResult,
  handleRequest,
} from './handles/protocol.ts';
export { looksOnly } from './looks-only.ts';
export { createOperators } from './operators.ts';
export type { Heard, Truth } from './verdict/heard.ts';
export { judgeOperator, repaired } from './verdict/judge-operator.ts';
