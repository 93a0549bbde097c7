// Exchanges and queues of RabbitMQ: the work, the ladder of retries, and the dead letters.
import type { Channel } from 'amqplib';
import { JITTER, RUNGS_MS } from '@verity/domain/jobs/retry';
import { QUEUES, type QueueName } from '@verity/protocol/jobs/schemas';

/** Deliveries of one message after which the broker gives it up: it takes its worker down each time. */
const DELIVERY_LIMIT = 20;

/** The queue that has priorities. Quorum queues refuse them (RabbitMQ 3.10). */
export const WITH_PRIORITIES: QueueName = 'pcap_queue';
export const HIGHEST_PRIORITY = 3;

export interface Names {
  readonly work: string;
  readonly dead: string;
  queue(name: QueueName): string;
  deadLetters: string;
  rung(index: number, variant: number): string;
}

/** `prefix` lets installations (and specs) share a broker. */
export const namesWith = (prefix: string): Names => ({
  work: `${prefix}jobs`,
  dead: `${prefix}jobs.dead`,
  queue: (name) => `${prefix}${name}`,
  deadLetters: `${prefix}dead_letters`,
  rung: (index, variant) => `${prefix}jobs.retry.${index}.${variant}`,
});

/**
 * Declares what is missing; what is there already costs one round trip each. A message in the ladder keeps the name of
 * its queue as routing key, expires, and is dead-lettered back to the exchange of the work, at least once.
 */
export async function declareTopology(
  channel: Channel,
  names: Names,
  rungsMs: readonly number[] = RUNGS_MS,
): Promise<void> {
  const safely = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };
  await channel.assertExchange(names.work, 'direct', { durable: true });
  await channel.assertExchange(names.dead, 'fanout', { durable: true });
  await channel.assertQueue(names.deadLetters, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum' },
  });
  await channel.bindQueue(names.deadLetters, names.dead, '');
  for (const queue of QUEUES) {
    const name = names.queue(queue);
    await channel.assertQueue(name, {
      durable: true,
      arguments:
        queue === WITH_PRIORITIES
          ? { 'x-max-priority': HIGHEST_PRIORITY, 'x-dead-letter-exchange': names.dead }
          : {
              'x-queue-type': 'quorum',
              'x-delivery-limit': DELIVERY_LIMIT,
              'x-dead-letter-exchange': names.dead,
              ...safely,
            },
    });
    await channel.bindQueue(name, names.work, queue);
  }
  for (const [index, rungMs] of rungsMs.entries()) {
    for (const [variant, factor] of JITTER.entries()) {
      const name = names.rung(index, variant);
      await channel.assertExchange(name, 'fanout', { durable: true });
      await channel.assertQueue(name, {
        durable: true,
        arguments: {
          'x-queue-type': 'quorum',
          'x-message-ttl': Math.round(rungMs * factor),
          'x-dead-letter-exchange': names.work,
          ...safely,
        },
      });
      await channel.bindQueue(name, name, '');
    }
  }
}

/** Removes everything of a prefix: for specs and benchmarks. */
export async function removeTopology(
  channel: Channel,
  names: Names,
  rungsMs: readonly number[] = RUNGS_MS,
): Promise<void> {
  const ladder = rungsMs.flatMap((_, index) =>
    JITTER.map((__, variant) => names.rung(index, variant)),
  );
  for (const queue of [
    ...QUEUES.map((queue) => names.queue(queue)),
    names.deadLetters,
    ...ladder,
  ]) {
    await channel.deleteQueue(queue);
  }
  for (const exchange of [names.work, names.dead, ...ladder]) {
    await channel.deleteExchange(exchange);
  }
}
