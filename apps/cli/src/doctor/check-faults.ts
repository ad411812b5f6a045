import { defineCheck } from './check.ts';
import { type OfferedFault, offeredFaults } from './offered-faults.ts';

/** What a worker that is started here, as this user, can do to which subject. */
export const checkFaults = defineCheck({
  name: 'faults',
  title: 'Subjects and faults',
  problems: {
    missing: {
      level: 'warning',
      means:
        'Campaigns with these faults can be enqueued, and wait for a worker on a machine that can do them.',
      advice: 'Start a worker where the reason does not hold, or leave these faults out.',
    },
  },
  async look({ catalogue }, say) {
    const offered = await offeredFaults(catalogue);
    for (const [place, faults] of Map.groupBy(
      offered,
      ({ subject, runtime }) => `${subject} on ${runtime}`,
    )) {
      for (const [whyNot, same] of Map.groupBy(faults, (fault) => fault.whyNot)) {
        if (whyNot === undefined) say.ok('offered', `${place}: ${typesOf(same)}`);
        else say.problem('missing', `${place}: not ${typesOf(same)}, because ${whyNot}`);
      }
    }
  },
});

function typesOf(faults: readonly OfferedFault[]): string {
  return faults.map(({ type }) => type).join(', ');
}
