// A pipeline in a process of its own, so that a spec can kill it: WORLD names the spec's world.
import { openWorld } from './socket-world';

const world = await openWorld(process.env.WORLD);
await world.startStages();
process.send?.('ready');
process.on('disconnect', () => process.exit(0));
