// Entry of a second worker: unpacks layers, which is seconds of a processor for a large one. Terminal and emulator, which share
// the first worker's thread, do not notice, nor do its pauses for garbage.
import * as Comlink from 'comlink';
import { keepErrorCodes } from '../../contracts/comlink-errors.ts';
import { haveThreadAlone } from '../../engine/layer/time-slice.ts';
import { openSessionFolder } from './open-session.ts';
import { unpackJobs } from './unpack-jobs.ts';

haveThreadAlone();
keepErrorCodes(Comlink.transferHandlers);
Comlink.expose(unpackJobs(openSessionFolder));
