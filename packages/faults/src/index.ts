export { chooseTarget } from './choose-target.ts';
export { faultOf } from './fault-of.ts';
export { type PingResult, ping, type Route, routeThrough, routeTo } from './link-pings.ts';
