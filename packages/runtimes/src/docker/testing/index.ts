export { type DockerPlace, makeDockerPlace } from './docker-place.ts';
export { TEST_ENGINE_TIMEOUT_MS, type TestEngine, testEngine, whyNoTestEngine } from './test-engine.ts';
export { type TestImage, testImageReference } from './test-images.ts';
