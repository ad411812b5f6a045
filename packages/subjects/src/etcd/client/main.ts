import { parseAddress } from '../../load-client/address-text.ts';
import { runClient } from '../../load-client/run-client.ts';
import { openLoad } from './load.ts';

/** The load. */
runClient((args) => openLoad(args.map(parseAddress)));
