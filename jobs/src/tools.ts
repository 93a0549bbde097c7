// What tasks may ask of the world: ports, given by whoever wires a worker.
import type { Journal } from '@verity/domain/audit/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { Enqueuer } from './enqueue';

export interface Tools {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly journal: Journal;
  readonly enqueue: Enqueuer['enqueue'];
}
