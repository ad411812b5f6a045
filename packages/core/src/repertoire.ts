import type { Catalogue } from './catalogue.ts';
import type { Fault } from './fault.ts';
import type { Subject } from './subject.ts';

/** What one process knows: the catalogue, and the code behind those of its entries that it can run. */
export interface Repertoire {
  readonly catalogue: Catalogue;
  /** Names come from campaign files: looked up here, never executed. */
  subjectOf(name: string): Subject | undefined;
  faultOf(type: string): Fault | undefined;
}
