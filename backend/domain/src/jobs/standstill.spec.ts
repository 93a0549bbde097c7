// Why jobs of a queue are not begun.
import { expect, it } from 'vitest';
import { standstillOf } from './standstill';

const now = new Date('2026-03-10T12:00:00.000Z');
const worker = (secondsAgo: number, queues: ('policy_queue' | 'default')[]) => ({
  queues,
  seen_at: new Date(now.getTime() - secondsAgo * 1_000).toISOString(),
});
const well = { brokerUp: true, paused: [], workers: [worker(1, ['policy_queue'])], now };

it('is nothing while a worker takes from the queue', () => {
  expect(standstillOf('policy_queue', well)).toBeNull();
});

it('names what is nearest to the sender first: the broker, then the queue, then who works', () => {
  const nobody = { ...well, workers: [worker(16, ['policy_queue']), worker(1, ['default'])] };
  expect(standstillOf('policy_queue', nobody)).toContain('No worker runs');
  const paused = { ...nobody, paused: ['policy_queue' as const] };
  expect(standstillOf('policy_queue', paused)).toContain('paused policy_queue');
  expect(standstillOf('default', { ...paused, brokerUp: false })).toContain('RabbitMQ');
});
