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
import { PRIORITIES, type Priority, type QueueName } from '@verity/protocol/jobs/schemas';
import type { Log } from '../log';
import { alreadyClosed, toMessage, type Message } from './message';
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

export interface Subscription {
  /** No more messages come; those in hand stay in hand. */
  stop(): Promise<void>;
}

/** Unconfirmed messages of this process above which `publish` refuses. */
const WINDOW = 20_000;
const HEARTBEAT_SECONDS = 10;
const LONGEST_RECONNECT_MS = 2_000;
const FAREWELL_MS = 3_000;

/** A channel that the broker has closed, over a connection that lives, is opened again after this long. */
const REOPEN_MS = 1_000;

interface Subscriber {
  queue: string;
  prefetch: number;
  take(message: Message): void;
  opening?: boolean;
  tag?: string | undefined;
  channel?: Channel | undefined;
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
  let connected = false;
  let inFlight = 0;
  let closing = false;

  /** What goes wrong with a channel is the channel's: without a listener it would end the process. */
  const listening = <C extends Channel>(channel: C): C =>
    channel.on('error', (err: Error) => log.warn({ err }, 'RabbitMQ has closed a channel'));
  /** With the connection all comes back by `setup`; this is for a channel that has gone by itself. */
  const openAgain = (open: () => Promise<void>): void => {
    setTimeout(() => {
      if (!connected || closing) return;
      open().catch((err: unknown) => {
        log.warn({ err }, 'a channel could not be opened again; it is tried again');
        openAgain(open);
      });
    }, REOPEN_MS).unref();
  };

  const subscribe = async (model: Pick<ChannelModel, 'createChannel'>, to: Subscriber) => {
    if (to.opening || to.channel) return;
    to.opening = true;
    try {
      const channel = listening(await model.createChannel());
      channel.on('close', () => {
        if (to.channel !== channel) return;
        to.channel = undefined;
        if (subscribers.has(to)) openAgain(() => subscribe(recovering, to));
      });
      await channel.prefetch(to.prefetch);
      const take = (message: ConsumeMessage | null): void => {
        // Null: the broker has cancelled the consumer, because its queue has moved or is gone.
        if (message === null) return void channel.close().catch(alreadyClosed);
        to.take(toMessage(channel, message, prefix));
      };
      const { consumerTag } = await channel.consume(to.queue, take);
      to.tag = consumerTag;
      to.channel = channel;
      // Stopped while it was being made.
      if (!subscribers.has(to)) await channel.cancel(consumerTag);
    } finally {
      to.opening = false;
    }
  };

  const openPublisher = async (
    model: Pick<ChannelModel, 'createConfirmChannel'>,
  ): Promise<void> => {
    const channel = listening(await model.createConfirmChannel());
    channel.on('close', () => {
      if (publisher !== channel) return;
      publisher = undefined;
      openAgain(async () => {
        if (publisher) return;
        await openPublisher(recovering);
        tellUp();
      });
    });
    publisher = channel;
  };
  const tellUp = (): void => {
    for (const listener of listeners) listener();
  };

  const setup = async (model: ChannelModel): Promise<void> => {
    // amqplib listens only once this is through: a broker that dies meanwhile must not end the process.
    model.on('error', (err: Error) => log.warn({ err }, 'the connection to RabbitMQ failed'));
    const declaring = listening(await model.createChannel());
    await declareTopology(declaring, names, rungsMs);
    await declaring.close();
    // Before the subscribers: who takes a message may want to publish another.
    await openPublisher(model);
    for (const subscriber of [...subscribers]) await subscribe(model, subscriber);
    tellUp();
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
  // Said by the listener of `setup`.
  recovering.on('error', () => undefined);
  recovering.on('disconnect', () => {
    connected = false;
    publisher = undefined;
    if (!closing) log.warn({}, 'RabbitMQ is away; reconnecting');
  });
  recovering.on('connect', () => {
    connected = true;
    log.info({}, 'RabbitMQ is there');
  });

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
    /** Messages of a queue, again after each reconnection, until it is stopped. */
    async subscribe(
      queue: QueueName | 'dead_letters',
      prefetch: number,
      take: (message: Message) => void,
    ): Promise<Subscription> {
      const name = queue === 'dead_letters' ? names.deadLetters : names.queue(queue);
      const subscriber: Subscriber = { queue: name, prefetch, take };
      subscribers.add(subscriber);
      try {
        if (publisher) await subscribe(recovering, subscriber);
      } catch (error) {
        // Gone with the connection: it comes back with it.
        if (connected) {
          subscribers.delete(subscriber);
          throw brokerAway(error);
        }
      }
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
        const channel = listening(await recovering.createChannel());
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
      const channel = listening(await recovering.createChannel());
      await removeTopology(channel, names, rungsMs);
      await channel.close();
    },
    async close(): Promise<void> {
      closing = true;
      // A broker that goes away in the midst of the farewell answers it no more.
      await Promise.race([recovering.close(), sleep(FAREWELL_MS, undefined, { ref: false })]);
    },
  };
}

export const brokerAway = (cause?: unknown): Fault =>
  new Fault('unavailable', 'RabbitMQ does not answer.', {
    fix: 'Try again; if it stays so, run `npm run doctor`.',
    retryAfterSeconds: 1,
    cause,
  });
