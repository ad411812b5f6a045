import { cellWithoutArm, type RecordedTrial } from '@ordeal/analysis';
import type { Campaign } from '@ordeal/store';
import { escapeMarkup } from './escape-markup.ts';
import { seconds } from './format.ts';

/** What CI shows of a trial: nothing, when it passed. */
type Flaw = { readonly element: 'failure' | 'error' | 'skipped'; readonly message: string };

/**
 * A campaign in the XML that CI systems read as JUnit's: a suite per cell and arm, a case per trial. A failure is what
 * the trial found: unresolved, a false alarm, lost writes. An error is a trial that found nothing: failed or void.
 */
export function* junitLines(
  campaign: Pick<Campaign, 'id' | 'name'>,
  trials: readonly RecordedTrial[],
): Generator<string> {
  const suites = Map.groupBy(trials, (trial) => `${cellWithoutArm(trial.cell)}@${trial.arm}`);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites name="${escapeMarkup(`campaign ${campaign.id}: ${campaign.name}`)}" ${totals(trials)}>\n`;
  for (const [name, suite] of suites) {
    yield `  <testsuite name="${escapeMarkup(name)}" ${totals(suite)}>\n`;
    for (const trial of suite) yield testCase(trial, name);
    yield '  </testsuite>\n';
  }
  yield '</testsuites>\n';
}

function testCase(trial: RecordedTrial, suite: string): string {
  const head = `    <testcase name="${escapeMarkup(trial.key)}" classname="${escapeMarkup(suite)}" time="${inSeconds(trial)}"`;
  const flaw = flawOf(trial);
  return flaw === undefined
    ? `${head}/>\n`
    : `${head}>\n      <${flaw.element} message="${escapeMarkup(flaw.message)}"/>\n    </testcase>\n`;
}

function flawOf(trial: RecordedTrial): Flaw | undefined {
  const { status, outcome, goal, writes } = trial;
  if (status === 'failed') {
    return {
      element: 'error',
      message: outcome === 'void' ? 'void: it proved nothing' : 'failed: no result',
    };
  }
  if (status !== 'completed') return { element: 'skipped', message: status };
  const found: string[] = [];
  if (outcome === 'unresolved') found.push(`unresolved: not ${goal} after ${seconds(trial.observedMs)}`);
  if (outcome === 'false_alarm') found.push(`false alarm: not ${goal} without any fault`);
  if (writes !== null && writes.lost > 0) {
    found.push(`${writes.lost} of ${writes.acknowledged} acknowledged writes are lost`);
  }
  return found.length === 0 ? undefined : { element: 'failure', message: found.join('; ') };
}

function totals(trials: readonly RecordedTrial[]): string {
  const flaws = trials.map((trial) => flawOf(trial)?.element);
  const count = (element: Flaw['element']): number => flaws.filter((flaw) => flaw === element).length;
  const time = trials.reduce((sum, trial) => sum + Number(inSeconds(trial)), 0).toFixed(3);
  return `tests="${trials.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${time}"`;
}

/** How long the trial watched under its fault. */
function inSeconds({ observedMs }: RecordedTrial): string {
  return ((observedMs ?? 0) / 1000).toFixed(3);
}
