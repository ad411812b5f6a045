export { checkValue, reportAt, reportUnknownKey, type Site } from './check-value.ts';
export { type Entry, type Located, type Path, type Place, placeOf, placeOfKey } from './located.ts';
export { type Problem, Problems } from './problems.ts';
export { type FieldValues, readFields } from './read-fields.ts';
export { notOneOf, pathText, shown } from './wording.ts';
