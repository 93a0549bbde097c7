// For specs of tasks that train: a ground over a scratch database, and people who have behaved.
import { readConfig } from '@verity/adapters/config';
import { createLog } from '@verity/adapters/log';
import { scratchDatabase } from '@verity/adapters/mongo/scratch';
import { aUser } from '@verity/adapters/mongo/scratch-records';
import { openTestRedis } from '@verity/adapters/redis/testing';
import { createShutdown } from '@verity/adapters/shutdown';
import { newId } from '@verity/adapters/world';
import { FEATURES } from '@verity/domain/kernel/behaviour-features';
import { normalDraw, seededRandom } from '@verity/domain/kernel/maths';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { layGround } from '@verity/server/roles/ground';
import { openJobs } from '@verity/server/roles/jobs';
import { learningOver } from '@verity/server/roles/learning';
import { openTools } from './roles/tools';

const random = seededRandom(3);

export type TrainingWorld = Awaited<ReturnType<typeof openTrainingWorld>>;

/** The clock of all of it can be moved. */
export async function openTrainingWorld() {
  const [database, test] = await Promise.all([scratchDatabase(), openTestRedis()]);
  let skewMs = 0;
  const clock = (): Date => new Date(Date.now() + skewMs);
  const log = createLog({ level: 'silent', name: 'spec' });
  const shutdown = createShutdown(log);
  const config = readConfig({
    MONGODB_URL: process.env.MONGODB_URL,
    REDIS_URL: process.env.REDIS_URL,
    REDIS_PREFIX: test.prefix,
    RABBITMQ_URL: process.env.RABBITMQ_URL,
    RABBITMQ_PREFIX: test.prefix,
    MASTER_KEY: 'e5'.repeat(32),
    PUBLIC_URL: 'https://verity.test',
    NODE_ENV: 'test',
  });
  const { redis } = test;
  const mongo = database.connection;
  const ground = await layGround({
    ...{ config, log, shutdown, redis, mongo, clock },
    locate: () => null,
  });
  const jobs = await openJobs(ground);
  await jobs.broker.ready();
  return {
    ground,
    jobs,
    stores: ground.stores,
    learning: learningOver(ground),
    tools: openTools(ground, jobs),
    pass: (ms: number): void => void (skewMs += ms),
    /** A person who has left so many windows of typing, one a second up to now. */
    async person(windows: number): Promise<UserId> {
      const user = aUser();
      await ground.stores.users.add(user);
      await this.behave(user.id, windows);
      return user.id;
    },
    behave(user: UserId, windows: number, track: 'standing' | 'temporary' = 'standing') {
      const until = clock().getTime();
      const sessionId = newId<SessionId>();
      return ground.stores.behaviourWindows.add(
        Array.from({ length: windows }, (_, index) => ({
          ...{ id: newId<string>(), userId: user, sessionId, track },
          modality: 'keystroke' as const,
          at: new Date(until - (windows - index - 1) * 1_000),
          features: Array.from({ length: FEATURES.keystroke.length }, () => normalDraw(random)),
        })),
      );
    },
    async close() {
      await jobs.broker.removeEverything();
      await shutdown.end('the spec is over');
      await database.drop();
      await test.close();
    },
  };
}
