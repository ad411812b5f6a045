import { join } from 'node:path';
import { z } from 'zod';
import { type Benchmark, median, rounded } from './benchmark.ts';
import { openBenchInstallation } from './installation.ts';
import { runScript } from './run-program.ts';

const answer = z.object({ seconds: z.array(z.number()) });

/** How long a fresh instance of the postgres subject takes until it serves, beside the same steps done by hand. */
export const instance: Benchmark = {
  title: 'start of the postgres subject, against the same steps by hand',
  defaults: { trials: 3, pairs: 3 },
  async run({ trials, pairs }, say) {
    await using installation = await openBenchInstallation();
    const ours: number[] = [];
    const byHand: number[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const env = installation.environment();
      const folder = join(installation.folders.data, `by-hand-${pair}`);
      const hand = await runScript(answer, 'peers/instance-by-hand.ts', [String(trials), folder], env);
      const own = await runScript(answer, 'sides/start-instances.ts', [String(trials)], env);
      byHand.push(...hand.seconds);
      ours.push(...own.seconds);
      say(
        `pair ${pair + 1} of ${pairs}: ours ${median(own.seconds).toFixed(2)} s, by hand ${median(hand.seconds).toFixed(2)} s`,
      );
    }
    const figures = {
      seconds: rounded(median(ours)),
      byHandSeconds: rounded(median(byHand)),
      ratioToByHand: rounded(median(ours) / median(byHand)),
    };
    const lines = [
      `postgres subject  ${figures.seconds} s: ${figures.ratioToByHand} x`,
      `by hand           ${figures.byHandSeconds} s`,
    ];
    return { figures, lines };
  },
};
