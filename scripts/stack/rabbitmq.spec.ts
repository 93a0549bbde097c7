// The broker as a child: what was confirmed survives SIGKILL, and nothing stays behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  for (let index = 0; index < 100; index++) {
    channel.sendToQueue('kept', Buffer.from(String(index)), { persistent: true });
  }
  await channel.waitForConfirms();

  const killed = identify(part!.child!.pid!)!;
  part!.child!.kill();
  await expect.poll(() => isAlive(killed)).toBe(false);
  await part!.child!.untilReady();

  const again = await connect(part!.url, { noDelay: true });
  const reader = await again.createChannel();
  const seen: string[] = [];
  for (;;) {
    const message = await reader.get('kept', { noAck: true });
    if (!message) break;
    seen.push(message.content.toString());
  }
  expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
  await again.close();
}, 60_000);
