// The parts of the stack, in the order of their start.
import { chain } from './chain';
import { ipfs } from './ipfs';
import { mongodb } from './mongodb';
import type { Part } from './part';
import { rabbitmq } from './rabbitmq';
import { redis } from './redis';

export const parts: readonly Part[] = [redis, mongodb, rabbitmq, ipfs, chain];
