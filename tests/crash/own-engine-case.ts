import { startOwnTestEngine } from '../support/own-engine.ts';
import { type CrashCase, runCrashCase } from './run-case.ts';

/** Runs one case, as JSON, with an engine that it may strike; its figures are the last line. To be run apart. */
const each: CrashCase = JSON.parse(process.argv[2] ?? '');
await using engine = await startOwnTestEngine('helper');
console.log(JSON.stringify(await runCrashCase(each, engine)));
