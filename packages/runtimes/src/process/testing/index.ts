export { echoSubject, RESTART_DELAY_MS } from './echo-subject.ts';
export { pingEcho } from './ping-echo.ts';
export { type EchoInstance, makeTestPlace, startEcho, type TestPlace, waitForAnswer } from './start-echo.ts';
export { whyNoTestVolumes } from './why-no-test-volumes.ts';
