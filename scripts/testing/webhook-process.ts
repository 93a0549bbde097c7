// The webhooks of a process of its own, so that a spec can kill it: WORLD names the spec's world.
import { createWebhookWire } from '@verity/adapters/webhooks/wire';
import { startIn } from '../../backend/server/src/pipeline/spec-webhooks';
import { openWorld } from './socket-world';

const world = await openWorld(process.env.WORLD);
const wire = createWebhookWire({ allowPrivate: true });
startIn(world, { wire, leaseMs: 500 });
process.send?.('ready');
process.on('disconnect', () => process.exit(0));
