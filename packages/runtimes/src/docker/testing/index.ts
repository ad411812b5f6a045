export { TEST_ENGINE_TIMEOUT_MS, type TestEngine, testEngine, whyNoTestEngine } from './test-engine.ts';
export { type TestImage, testImageReference } from './test-images.ts';
