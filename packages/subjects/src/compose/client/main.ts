import { runClient } from '../../load-client/run-client.ts';
import { openLoad } from './load.ts';

/** The load. */
runClient(([target]) => openLoad(JSON.parse(target ?? '')));
