// The broker as a child: what was confirmed survives SIGKILL, and nothing stays behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { expect, onTestFinished, test } from 'vitest';
import { bringUp } from './bring-up';
import { identify, isAlive } from './process-identity';
import { rabbitmq } from './rabbitmq';

test('a confirmed message survives SIGKILL of the broker, and its port mapper ends with it', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'verity-rabbit-'));
  const stack = await bringUp({ dataDir, parts: [rabbitmq], env: {} });
  onTestFinished(async () => {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const [part] = stack.parts;
  expect(await rabbitmq.probe(part!.url)).toMatch(/^\d+\.\d+/);

  const connection = await connect(part!.url, { noDelay: true });
  connection.on('error', () => undefined); // The kill below.
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  await channel.assertQueue('kept', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  for (const text of SENT) channel.sendToQueue('kept', Buffer.from(text), { persistent: true });
  await channel.waitForConfirms();
  // The broker writes down twice a second which quorum queues there are: one that is younger may not come back.
  await sleep(2_000);

  const killed = identify(part!.child!.pid!)!;
  part!.child!.kill();
  await expect.poll(() => isAlive(killed)).toBe(false);
  await part!.child!.untilReady();

  // A quorum queue answers when it has found its leader again.
  await expect.poll(() => read(part!.url), { timeout: 30_000, interval: 500 }).toEqual(SENT);
}, 120_000);

const SENT = Array.from({ length: 100 }, (_, index) => String(index));

/** What the queue holds, which stays there; null when it cannot be read. */
async function read(url: string): Promise<string[] | null> {
  const connection = await connect(url, { noDelay: true });
  connection.on('error', () => undefined);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    const seen: string[] = [];
    for (;;) {
      const message = await channel.get('kept', { noAck: false });
      if (!message) return seen;
      seen.push(message.content.toString());
    }
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  } finally {
    // One that broke has nothing left to close.
    await Promise.allSettled([connection.close()]);
  }
}
