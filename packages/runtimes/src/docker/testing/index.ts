export { type DockerPlace, makeDockerPlace } from './docker-place.ts';
export { type EngineProxy, openEngineProxy } from './engine-proxy.ts';
export {
  TEST_ENGINE_TIMEOUT_MS,
  type TestEngine,
  type TestEngineAnswer,
  type TestImage,
  testEngine,
  whyNoTestEngine,
} from './test-engine.ts';
