import { runClient } from '../../load-client/run-client.ts';
import { openLoad } from './load.ts';
import { optionsFromArgs } from './options.ts';

/** The load. */
runClient((args) => openLoad(optionsFromArgs(args)));
