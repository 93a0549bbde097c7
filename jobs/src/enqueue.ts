// Puts jobs into their queues: checked against the task's payload, confirmed by the broker, or kept until it is back.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import type { JobId } from '@verity/protocol/ids';
import {
  LARGEST_PAYLOAD,
  type JobOrder,
  type JobOrigin,
  type Priority,
  type QueueName,
  type WrittenOrder,
} from '@verity/protocol/jobs/schemas';
import type { TaskPayloads } from './generated/payloads';

/** What is known of a task without its handler. */
export interface TaskCard {
  readonly name: string;
  readonly queue: QueueName;
  readonly about: string;
  /** JSON Schema (draft 2020-12) of the payload. */
  readonly payload: z.core.JSONSchema.JSONSchema;
  readonly retry: { readonly attempts: number; readonly firstDelayMs: number };
  readonly timeoutSeconds: number;
  readonly rate: { readonly count: number; readonly perSeconds: number } | null;
  readonly schedule: {
    readonly cron: string;
    readonly missed: 'once' | 'skip';
    readonly overlap: 'skip' | 'queue';
  } | null;
  readonly priority: Priority;
  readonly runs: 'thread' | 'beside';
}

export interface EnqueuePorts {
  readonly cards: readonly TaskCard[];
  broker: {
    isUp(): boolean;
    publish(queue: QueueName, body: Buffer, priority?: Priority): Promise<void>;
    onUp(listener: () => void): void;
  };
  outbox: {
    isWaiting(): boolean;
    add(parcel: { queue: QueueName; priority: Priority; body: string }): Promise<void>;
    drain(
      send: (parcel: { queue: QueueName; priority: Priority; body: string }) => Promise<void>,
    ): Promise<void>;
  };
  states: {
    /** Notes that they are in their queue; what is known already is left alone. */
    enqueued(queue: QueueName, orders: readonly WrittenOrder[]): Promise<void>;
  };
  newId: <Id extends string>() => Id;
  clock: () => Date;
  /** Told of what fails beside the work: nothing is lost by it. */
  noticed: (err: unknown, what: string) => void;
}

export interface EnqueueOptions {
  readonly origin?: JobOrigin;
  /** `user:…` who asked. */
  readonly by?: string;
  /** Given by who may ask twice for the same: a second job of the same id has no effect. */
  readonly id?: JobId;
  readonly scheduledFor?: Date;
  readonly priority?: Priority;
}

type Enqueue = <T extends keyof TaskPayloads>(
  task: T,
  payload: TaskPayloads[T],
  options?: EnqueueOptions,
) => Promise<JobId>;

export interface Enqueuer {
  /** Resolves when the job is on disk: the broker's, or the outbox's. Throws `invalid-input`, `too-large`, `unavailable`. */
  readonly enqueue: Enqueue;
  /** The same for a name and a payload that are not known to fit: from a door. */
  readonly enqueueUnchecked: (
    task: string,
    payload: unknown,
    options?: EnqueueOptions,
  ) => Promise<JobId>;
  /** Several of one task, in messages of up to 500. */
  enqueueMany<T extends keyof TaskPayloads>(
    task: T,
    payloads: readonly TaskPayloads[T][],
    options?: Omit<EnqueueOptions, 'id'>,
  ): Promise<JobId[]>;
  /** Sends what waits for the broker; called by itself when it comes back, and now and then. */
  flush(): Promise<void>;
}

const PER_MESSAGE = 500;
/** Characters of JSON. */
const LARGEST_MESSAGE = 4_000_000;

export function createEnqueuer(ports: EnqueuePorts): Enqueuer {
  const cards = new Map(
    ports.cards.map((card) => [card.name, { ...card, check: z.fromJSONSchema(card.payload) }]),
  );

  const cardOf = (task: string) => {
    const card = cards.get(task);
    if (card) return card;
    throw new Fault('invalid-input', `There is no task "${task.slice(0, 60)}".`, {
      fix: `Take one of: ${[...cards.keys()].join(', ')}.`,
      issues: [{ path: '/task', message: 'is not the name of a task' }],
    });
  };

  const demandFit = (card: ReturnType<typeof cardOf>, payload: unknown): void => {
    const { success, error } = card.check.safeParse(payload);
    if (success) return;
    const all = error.issues.map(({ path, message }) => ({
      path: ['/payload', ...path.map(String)].join('/'),
      message,
    }));
    // The first of each place says it: a pattern after a format adds nothing.
    const issues = all.filter(
      ({ path }, index) => all.findIndex((other) => other.path === path) === index,
    );
    throw new Fault('invalid-input', `The payload does not fit the task ${card.name}.`, {
      fix: 'Send what its schema asks for: npm run jobs -- registered shows it.',
      issues,
    });
  };

  const publish = async (
    queue: QueueName,
    priority: Priority,
    orders: readonly WrittenOrder[],
  ): Promise<void> => {
    const body = `{"jobs":[${orders.map(({ json }) => json).join(',')}]}`;
    // What is already known when the message comes is not lost when this fails: the claim writes it again.
    const noted = ports.states
      .enqueued(queue, orders)
      .catch((err: unknown) => ports.noticed(err, 'the state of a queued job was not noted'));
    // Behind what waits, so that nothing overtakes it.
    if (ports.broker.isUp() && !ports.outbox.isWaiting()) {
      try {
        await ports.broker.publish(queue, Buffer.from(body), priority);
        await noted;
        return;
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== 'unavailable') throw error;
        // Perhaps it arrived: then it comes twice, and counts once.
      }
    }
    await Promise.all([ports.outbox.add({ queue, priority, body }), noted]);
    if (ports.broker.isUp()) await flush();
  };

  let flushing: Promise<void> | undefined;
  const flush = (): Promise<void> =>
    (flushing ??= ports.outbox
      .drain(({ queue, body, priority }) =>
        ports.broker.publish(queue, Buffer.from(body), priority),
      )
      .catch((err: unknown) => ports.noticed(err, 'the outbox of jobs could not be emptied yet'))
      .finally(() => (flushing = undefined)));
  ports.broker.onUp(() => void flush());

  /** Writes the orders of jobs that are enqueued together: what they share once, each payload once. */
  const writeOrders = (
    card: ReturnType<typeof cardOf>,
    payloads: readonly unknown[],
    options: EnqueueOptions,
  ): WrittenOrder[] => {
    const shared: Omit<JobOrder, 'id' | 'payload'> = {
      task: card.name,
      attempt: 1,
      origin: options.origin ?? 'code',
      by: options.by ?? null,
      enqueued_at: ports.clock().toISOString(),
      scheduled_for: options.scheduledFor?.toISOString() ?? null,
    };
    const rest = JSON.stringify(shared).slice(1);
    return payloads.map((payload) => {
      const json = JSON.stringify(payload) ?? 'null';
      demandSize(json);
      demandFit(card, payload);
      const id = options.id ?? ports.newId<JobId>();
      return { id, task: card.name, json: `{"id":"${id}","payload":${json},${rest}` };
    });
  };

  const enqueueUnchecked = async (
    task: string,
    payload: unknown,
    options: EnqueueOptions = {},
  ): Promise<JobId> => {
    const card = cardOf(task);
    const [order] = writeOrders(card, [payload], options) as [WrittenOrder];
    await publish(card.queue, options.priority ?? card.priority, [order]);
    return order.id;
  };

  return {
    enqueue: enqueueUnchecked,
    enqueueUnchecked,
    async enqueueMany(task, payloads, options = {}) {
      const card = cardOf(task);
      const orders = writeOrders(card, payloads, options);
      const priority = options.priority ?? card.priority;
      await Promise.all(inMessages(orders).map((some) => publish(card.queue, priority, some)));
      return orders.map(({ id }) => id);
    },
    flush,
  };
}

/** Of up to 500 jobs, and of as many bytes as a broker likes to pass on at once. */
function inMessages(orders: readonly WrittenOrder[]): WrittenOrder[][] {
  const messages: WrittenOrder[][] = [];
  let message: WrittenOrder[] = [];
  let bytes = 0;
  for (const order of orders) {
    if (message.length === PER_MESSAGE || bytes + order.json.length > LARGEST_MESSAGE) {
      messages.push(message);
      message = [];
      bytes = 0;
    }
    message.push(order);
    bytes += order.json.length;
  }
  return message.length > 0 ? [...messages, message] : messages;
}

function demandSize(json: string): void {
  // A character has at most three bytes in UTF-8: short ones are not counted.
  if (json.length * 3 <= LARGEST_PAYLOAD) return;
  const bytes = Buffer.byteLength(json);
  if (bytes <= LARGEST_PAYLOAD) return;
  throw new Fault(
    'too-large',
    `The payload has ${bytes} bytes; a job carries ${LARGEST_PAYLOAD} at most.`,
    { fix: 'Store the data, and name it in the payload.' },
  );
}
