import { describeFailure } from '../describe-failure.ts';
import type { Endpoints, HttpCheck } from './system.ts';

/** Whether each page answers with a status of 200 to 299, at every replica. Never throws. */
export async function checkPages(
  checks: readonly HttpCheck[],
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<{ readonly whole: boolean; readonly detail: string }> {
  const asked = checks.flatMap(({ service, port, path = '/' }) =>
    endpoints.nodesOf(service).map(async (node) => {
      const { host } = endpoints.address(node, port);
      const page = `${node}:${port}${path}`;
      try {
        const response = await fetch(`http://${host}:${port}${path}`, { signal, redirect: 'manual' });
        await response.arrayBuffer();
        return response.ok ? [] : [`${page}: status ${response.status}`];
      } catch (error) {
        // Of a request that failed only the cause says why.
        const cause = error instanceof Error ? (error.cause ?? error) : error;
        return [`${page}: ${describeFailure(cause)}`];
      }
    }),
  );
  const problems = (await Promise.all(asked)).flat();
  if (problems.length > 0) return { whole: false, detail: problems.join('; ') };
  return { whole: true, detail: 'every service answers, and the health checks succeed' };
}
