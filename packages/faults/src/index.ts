export { faultOf, implementedFaults } from './fault-of.ts';
