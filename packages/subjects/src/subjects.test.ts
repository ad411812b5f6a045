import { expect, test } from 'vitest';
import { subjectOf, subjects } from './subjects.ts';

test('a subject is found by its name, and by no other', () => {
  expect(subjects.map((subject) => subject.name)).toEqual(['postgres', 'etcd', 'redis', 'tikv']);
  expect(subjectOf('postgres')).toBe(subjects[0]);
  expect(subjectOf('constructor')).toBeUndefined();
});

test.each(subjects)('every link of $name joins nodes and ports that exist', ({ topology }) => {
  const ports = topology.nodes.flatMap((node) => node.ports.map((port) => `${node.name}/${port}`));
  const names = topology.nodes.map((node) => node.name);
  for (const { from, to, port } of topology.links) {
    expect(names).toContain(from);
    expect(ports).toContain(`${to}/${port}`);
  }
});
