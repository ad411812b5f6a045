export { subjectOf, subjects } from './subjects.ts';
