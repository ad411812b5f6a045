import type { Observer, Subject, SubjectProbe } from '@ordeal/core';
import type { RuntimeDouble } from './runtime-double.ts';

/** A test double of a subject: as well as the runtime double's instance says that it is. Without a load it measures `whole` only. */
export function subjectDouble(runtime: RuntimeDouble, hasLoad = true): Subject {
  const instanceOf = (observer: Observer) =>
    [...runtime.instances.values()].find((instance) => instance.observer === observer);
  return {
    name: 'double',
    goals: hasLoad ? ['serving', 'whole'] : ['whole'],
    topology: {
      nodes: [
        { name: 'one', role: 'leader', ports: ['main'], restartDelayMs: 100 },
        { name: 'client', role: 'client', ports: [], restartDelayMs: 100 },
      ],
      links: [{ from: 'client', to: 'one', port: 'main' }],
    },
    ...(hasLoad ? { slo: { windowMs: 200, minSuccessRatio: 0.9, maxLatencyMs: 100 } } : {}),
    startBudgetMs: 5_000,
    observe(observer): SubjectProbe {
      return {
        async whole() {
          const instance = instanceOf(observer);
          await instance?.answers;
          return { whole: instance?.isWhole ?? false, detail: 'the double says so' };
        },
        roles: async () => ({ one: 'elected' }),
        capture: async () => ({ nodes: 1 }),
        ping: async () => 1,
        missingWrites: async (acks) => acks.filter((ack) => instanceOf(observer)?.lost.has(ack)),
        close: async () => {},
      };
    },
  };
}
