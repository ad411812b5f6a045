import { defineCheck } from './check.ts';

/** The settings file, if there is one. */
export const checkSettings = defineCheck({
  name: 'settings',
  title: 'Settings',
  problems: {
    broken: {
      level: 'error',
      means:
        'No campaign can be enqueued and no worker started from this folder. What follows is without the file.',
      advice: 'Correct ordeal.config.ts: docs/extending.md says what may be in it.',
    },
  },
  async look({ settings, brokenSettings }, say) {
    if (brokenSettings !== undefined) return say.problem('broken', brokenSettings);
    say.ok('file', settings.file ?? 'no ordeal.config.ts: what is built in');
  },
});
