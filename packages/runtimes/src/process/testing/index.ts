export {
  type NamespaceEcho,
  startNamespaceEcho,
} from '../../docker/namespace-agent/testing/start-namespace-echo.ts';
export { whyNoTestNetwork } from '../../docker/namespace-agent/testing/test-network.ts';
export { echoSubject, RESTART_DELAY_MS } from './echo-subject.ts';
export { pingEcho } from './ping-echo.ts';
export { type EchoInstance, makeTestPlace, startEcho, type TestPlace, waitForAnswer } from './start-echo.ts';
export { whyNoTestVolumes } from './why-no-test-volumes.ts';
