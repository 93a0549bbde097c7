// RabbitMQ over amqplib: publishes with confirms in a bounded window, consumes with acknowledgements, comes back by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  type ConsumeMessage,
  type Options,
} from 'amqplib';
import { JITTER, RUNGS_MS, rungFor } from '@verity/domain/jobs/retry';
import { Fault } from '@verity/protocol/faults';
import { PRIORITIES, QueueName, type Priority } from '@verity/protocol/jobs/schemas';
import type { Log } from '../log';
import { declareTopology, namesWith, removeTopology } from './topology';

export interface BrokerSettings {
  /** `amqp://user:password@host:port/vhost` or `amqps://…`. */
  url: string;
  /** Before every name, so that installations can share a broker. */
  prefix?: string;
  /** How this process is named to the broker. */
  name: string;
  log: Pick<Log, 'info' | 'warn'>;
  /** Delays of the ladder of retries; specs shorten them. */
  rungsMs?: readonly number[];
  /** 0 ≤ x < 1: chooses among the queues of a rung. */
  chance(): number;
}

export interface Message {
  readonly body: Buffer;
  readonly redelivered: boolean;
  /** The queue that a dead letter was in, by the broker's word. */
  readonly diedIn: QueueName | null;
  /** Removes it from its queue. Nothing happens when its connection is gone: it is delivered again then. */
  ack(): void;
  /** Gives it back to its queue. */
  requeue(): void;
}

export interface Subscription {
  /** No more messages come; those in hand stay in hand. */
  stop(): Promise<void>;
}

/** Unconfirmed messages of this process above which `publish` refuses. */
const WINDOW = 20_000;
const HEARTBEAT_SECONDS = 10;
const LONGEST_RECONNECT_MS = 2_000;

interface Subscriber {
  queue: string;
  prefetch: number;
  take(message: Message): void;
  tag?: string;
  channel?: Channel;
}

export type Broker = Awaited<ReturnType<typeof connectBroker>>;

/** Begins to connect; `ready` waits until the broker has answered. */
export async function connectBroker(settings: BrokerSettings) {
  const { log, rungsMs = RUNGS_MS } = settings;
  const prefix = settings.prefix ?? '';
  const names = namesWith(prefix);
  const subscribers = new Set<Subscriber>();
  const listeners = new Set<() => void>();
  let publisher: ConfirmChannel | undefined;
  let inFlight = 0;
  let closing = false;

  const subscribe = async (model: Pick<ChannelModel, 'createChannel'>, to: Subscriber) => {
    const channel = await model.createChannel();
    channel.on('error', (err: Error) => log.warn({ err }, 'a channel of the broker failed'));
    await channel.prefetch(to.prefetch);
    const take = (message: ConsumeMessage | null): void => {
      // Null: the broker has cancelled the consumer, because its queue was removed; the channel is no use any more.
      if (message === null) return void channel.close();
      to.take(toMessage(channel, message, prefix));
    };
    const { consumerTag } = await channel.consume(to.queue, take);
    Object.assign(to, { tag: consumerTag, channel });
    // Stopped while it was being made.
    if (!subscribers.has(to)) await channel.cancel(consumerTag);
  };

  const setup = async (model: ChannelModel): Promise<void> => {
    const declaring = await model.createChannel();
    await declareTopology(declaring, names, rungsMs);
    await declaring.close();
    const channel = await model.createConfirmChannel();
    channel.on('error', (err: Error) => log.warn({ err }, 'the channel of publishers failed'));
    channel.on('close', () => {
      if (publisher === channel) publisher = undefined;
    });
    // Who takes a message may want to publish another.
    publisher = channel;
    for (const subscriber of [...subscribers]) await subscribe(model, subscriber);
    for (const listener of listeners) listener();
  };

  const url = new URL(settings.url);
  url.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  const recovering = await connect(url.href, {
    // Without it each small message waits for the acknowledgement of the one before.
    noDelay: true,
    clientProperties: { connection_name: settings.name },
    recovery: {
      setup,
      waitForConnect: false,
      initialDelay: 50,
      maxDelay: LONGEST_RECONNECT_MS,
    },
  });
  recovering.on('error', (err: Error) => log.warn({ err }, 'the connection to RabbitMQ failed'));
  recovering.on('disconnect', () => {
    publisher = undefined;
    if (!closing) log.warn({}, 'RabbitMQ is away; reconnecting');
  });
  recovering.on('connect', () => log.info({}, 'RabbitMQ is there'));

  const send = (exchange: string, key: string, body: Buffer, options: Options.Publish) =>
    new Promise<void>((resolve, reject) => {
      if (!publisher) return reject(brokerAway());
      if (inFlight >= WINDOW) {
        return reject(
          new Fault('back-pressure', 'Too many jobs of this process wait for RabbitMQ.', {
            fix: 'Send more slowly.',
            retryAfterSeconds: 1,
          }),
        );
      }
      inFlight++;
      try {
        publisher.publish(exchange, key, body, { persistent: true, ...options }, (error) => {
          inFlight--;
          if (error) reject(brokerAway(error));
          else resolve();
        });
      } catch (error) {
        // The channel was closed since.
        inFlight--;
        reject(brokerAway(error));
      }
    });

  return {
    /** Resolves when the broker has it on disk. Throws `unavailable` or `back-pressure`. */
    publish(queue: QueueName, body: Buffer, priority: Priority = 'default'): Promise<void> {
      return send(names.work, queue, body, { priority: PRIORITIES.indexOf(priority) + 1 });
    },
    /** Into the ladder: it comes back to its queue after about `delayMs`, at most an hour. */
    publishLater(queue: QueueName, body: Buffer, delayMs: number, priority: Priority = 'default') {
      const rung = names.rung(
        rungFor(delayMs, rungsMs),
        Math.floor(settings.chance() * JITTER.length),
      );
      return send(rung, queue, body, { priority: PRIORITIES.indexOf(priority) + 1 });
    },
    /** To the dead letters. */
    publishDead(body: Buffer): Promise<void> {
      return send(names.dead, '', body, {});
    },
    /** Messages of a queue, again after each reconnection, until it is stopped. */
    async subscribe(
      queue: QueueName | 'dead_letters',
      prefetch: number,
      take: (message: Message) => void,
    ): Promise<Subscription> {
      const name = queue === 'dead_letters' ? names.deadLetters : names.queue(queue);
      const subscriber: Subscriber = { queue: name, prefetch, take };
      subscribers.add(subscriber);
      if (publisher) await subscribe(recovering, subscriber);
      return {
        async stop() {
          subscribers.delete(subscriber);
          const { channel, tag } = subscriber;
          if (!channel || !tag) return;
          await channel.cancel(tag).catch((err: unknown) => {
            // A connection that is gone delivers nothing more.
            log.info({ err, queue }, 'a consumer ended with its connection');
          });
        },
      };
    },
    /** Messages that wait in a queue, and who reads it. Throws `unavailable`. */
    async depth(
      queue: QueueName | 'dead_letters',
    ): Promise<{ messages: number; consumers: number }> {
      const name = queue === 'dead_letters' ? names.deadLetters : names.queue(queue);
      try {
        const channel = await recovering.createChannel();
        const { messageCount, consumerCount } = await channel.checkQueue(name);
        await channel.close();
        return { messages: messageCount, consumers: consumerCount };
      } catch (error) {
        throw brokerAway(error);
      }
    },
    isUp: (): boolean => publisher !== undefined,
    /** Throws `unavailable` when the broker has not answered within `deadlineMs`. */
    async ready(deadlineMs = 60_000): Promise<void> {
      await Promise.race([
        recovering.waitForConnect(),
        sleep(deadlineMs, undefined, { ref: false }).then(() => {
          throw brokerAway(new Error(`no answer within ${deadlineMs} ms`));
        }),
      ]);
    },
    /** Called after each (re)connection. */
    onUp(listener: () => void): void {
      listeners.add(listener);
    },
    async removeEverything(): Promise<void> {
      const channel = await recovering.createChannel();
      await removeTopology(channel, names, rungsMs);
      await channel.close();
    },
    async close(): Promise<void> {
      closing = true;
      await recovering.close();
    },
  };
}

function toMessage(channel: Channel, message: ConsumeMessage, prefix: string): Message {
  const died: unknown = message.properties.headers?.['x-first-death-queue'];
  const diedIn = QueueName.safeParse(typeof died === 'string' ? died.slice(prefix.length) : null);
  /** A channel that is closed cannot acknowledge; its messages are delivered again. */
  const safely = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'IllegalOperationError') throw error;
    }
  };
  return {
    body: message.content,
    redelivered: message.fields.redelivered,
    diedIn: diedIn.success ? diedIn.data : null,
    ack: () => safely(() => channel.ack(message)),
    requeue: () => safely(() => channel.nack(message, false, true)),
  };
}

export const brokerAway = (cause?: unknown): Fault =>
  new Fault('unavailable', 'RabbitMQ does not answer.', {
    fix: 'Try again; if it stays so, run `npm run doctor`.',
    retryAfterSeconds: 1,
    cause,
  });
