import { type JsonObject, type Observer, OrdealError, type SubjectProbe } from '@ordeal/core';
import { describeFailure } from '../describe-failure.ts';
import { untilAborted } from '../until-aborted.ts';
import { askNodes } from './ask-nodes.ts';
import { askPort } from './ask-port.ts';
import { checkPages } from './check-pages.ts';
import {
  type ComposeSystem,
  type Endpoints,
  type HealthVerdict,
  nodesOf,
  type Protocol,
  portName,
  spokenAt,
} from './system.ts';

/** Eyes on one instance of the system, at the nodes' own addresses. */
export function openProbe(system: ComposeSystem, observer: Observer): SubjectProbe {
  const nodes = nodesOf(system);
  const endpoints: Endpoints = {
    nodesOf: (service) => nodes.filter((node) => node.service.name === service).map(({ name }) => name),
    address: (node, port) => observer.address(node, portName(port)),
  };
  const askAll = (signal: AbortSignal) => askNodes(nodes, system, endpoints, signal);

  const judge = async (signal: AbortSignal): Promise<HealthVerdict> => {
    const { healthy } = system;
    if (typeof healthy !== 'function') return checkPages(healthy, endpoints, signal);
    // Somebody else's code: what it throws is how it says no, and it may not heed the signal.
    try {
      return await untilAborted(healthy(endpoints, signal), signal);
    } catch (error) {
      return { whole: false, detail: describeFailure(error) };
    }
  };

  const stateOfAll = async (signal: AbortSignal): Promise<JsonObject> => {
    if (system.state === undefined) return {};
    // While a fault is on it is likely to fail, and the state of the nodes is worth having then, too.
    try {
      return await untilAborted(system.state(endpoints, signal), signal);
    } catch (error) {
      return { error: describeFailure(error) };
    }
  };

  return {
    async whole(signal) {
      const [answers, verdict] = await Promise.all([askAll(signal), judge(signal)]);
      const problems = [...answers.values()].filter((problem) => problem !== undefined);
      const { whole, detail } =
        typeof verdict === 'object'
          ? verdict
          : { whole: verdict, detail: verdict ? 'healthy' : 'healthy() says no' };
      if (problems.length === 0) return { whole, detail };
      return { whole: false, detail: [...problems, ...(whole ? [] : [detail])].join('; ') };
    },

    async roles(signal) {
      const answers = await askAll(signal);
      const well = nodes.filter(({ name }) => answers.get(name) === undefined);
      return Object.fromEntries(well.map(({ name, service }) => [name, service.name]));
    },

    async capture(signal) {
      const [answers, state] = await Promise.all([askAll(signal), stateOfAll(signal)]);
      return {
        ...Object.fromEntries([...answers].map(([name, problem]) => [name, stateOf(problem)])),
        ...state,
      };
    },

    async ping(node, address, signal) {
      const service = nodes.find(({ name }) => name === node)?.service;
      const spoken = spokenAt(system.ports.get(service?.name ?? '') ?? new Map<number, Protocol>());
      if (spoken !== undefined) return askPort(address, spoken, signal);
      throw new OrdealError('UNSUPPORTED', `${node} has no port that answers a ping`);
    },

    close: async () => {},
  };
}

function stateOf(problem: string | undefined): JsonObject {
  return problem === undefined ? { answers: true } : { answers: false, error: problem };
}
