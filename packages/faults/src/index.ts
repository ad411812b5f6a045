export { chooseTarget } from './choose-target.ts';
export { faultOf } from './fault-of.ts';
export { type PingResult, pingDirect, pingThrough } from './link-pings.ts';
