/** What a test may ask for: the helper of a node, and subjects' programs as Debian packages them. */
export type TestImage = 'helper' | 'etcd' | 'redis' | 'postgres';

/** The name under which an engine knows a test image; never that of a published one. */
export function testImageReference(name: string): string {
  return `ordeal-test/${name}:latest`;
}
