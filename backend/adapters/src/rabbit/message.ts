// A message of RabbitMQ in the hands of who took it: acknowledged, or given back.
import type { Channel, ConsumeMessage } from 'amqplib';
import { QueueName } from '@verity/protocol/jobs/schemas';

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

/** A channel may have ended before it was told to. */
export function alreadyClosed(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'IllegalOperationError') throw error;
}

export function toMessage(channel: Channel, message: ConsumeMessage, prefix: string): Message {
  const died: unknown = message.properties.headers?.['x-first-death-queue'];
  const diedIn = QueueName.safeParse(typeof died === 'string' ? died.slice(prefix.length) : null);
  /** A channel that is closed cannot acknowledge; its messages are delivered again. */
  const safely = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      alreadyClosed(error);
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
