/** Tells, from inside a container, what its settings' defaults come to. */
import { engineSocket, guardHome } from '../guard-home.ts';
import { ENGINE_BESIDE } from '../start-beside-engine.ts';

const settings = { engine: ENGINE_BESIDE };
console.log(JSON.stringify({ home: await guardHome(settings), socket: await engineSocket(settings) }));
