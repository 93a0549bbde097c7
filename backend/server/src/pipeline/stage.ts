// A stage of the pipeline: which stream it reads, which later ones it may write, and what it does with a batch of messages.
import type { LaterStream, StreamName } from '@verity/protocol/streams';
import type { Bus, Consumer, Subscription } from '@verity/domain/bus/ports';

export interface Stage<R extends StreamName, W extends LaterStream<R> = never> extends Consumer<
  R,
  W
> {
  /** Of the stage, in logs and metrics. */
  name: string;
  /** The only streams that its effects may name; the types allow those after `stream` alone. */
  writes: readonly W[];
}

/** Keeps the literal streams of a stage while checking its shape. */
export const stage = <R extends StreamName, W extends LaterStream<R> = never>(
  declared: Stage<R, W>,
): Stage<R, W> => declared;

/** Any stage, ready to run: what it reads is known to itself alone. */
export interface Runnable {
  name: string;
  run(bus: Bus): Subscription;
}

export const runnable = <R extends StreamName, W extends LaterStream<R>>(
  declared: Stage<R, W>,
): Runnable => ({
  name: declared.name,
  run: (bus) => bus.consume<R>(declared),
});
