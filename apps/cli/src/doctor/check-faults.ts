import { NO_FAULT } from '@ordeal/core';
import { findCapabilities } from '@ordeal/worker';
import { defineCheck } from './check.ts';

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
  async look({ settings }, say) {
    const { can, cannot } = await findCapabilities(settings);
    const offered = [
      ...can.map((need) => ({ need, whyNot: undefined })),
      ...Object.entries(cannot).map(([need, whyNot]) => ({ need, whyNot })),
    ].map(({ need, whyNot }) => {
      const [subject, runtime, fault = ''] = need.split('/');
      return { place: `${subject} on ${runtime}`, fault, whyNot };
    });
    // Operators are no part of it, and are named without a fault. The baseline stands for the subject itself, and is told of only where nothing else is.
    const faults = offered.filter(({ fault }) => fault !== '' && fault !== NO_FAULT);
    for (const [place, here] of Map.groupBy(faults, (each) => each.place)) {
      for (const [whyNot, same] of Map.groupBy(here, (each) => each.whyNot)) {
        const types = same.map(({ fault }) => fault).join(', ');
        if (whyNot === undefined) say.ok('offered', `${place}: ${types}`);
        else say.problem('missing', `${place}: not ${types}, because ${whyNot}`);
      }
    }
  },
});
