// Who works on jobs, which queues are paused, and the turns of tasks with a rate: shared by all processes.
import { answer, type RedisConnections } from './connect';
import { script } from './script';
import { QueueName } from '@verity/protocol/jobs/schemas';
import type { WorkerState } from '@verity/protocol/jobs/console-schemas';
import { WorkerState as WorkerStateSchema } from '@verity/protocol/jobs/console-schemas';

const WORKERS = '{jobs}:workers';
const PAUSED = '{jobs}:paused';
/** A worker that was not heard for so long is forgotten; until then it is shown as lost. */
const FORGOTTEN_MS = 10 * 60_000;

/**
 * The generic cell rate algorithm (ITU-T I.371): one instant a task, the theoretical arrival of the next run. KEYS[1]
 * the task; ARGV: milliseconds a run, burst. Answers the milliseconds to wait; a wait of more than ARGV[3] takes no turn.
 */
const TURN = script(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local each, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local next = tonumber(redis.call('GET', KEYS[1]) or now)
if next < now then next = now end
local wait = next - now - each * (burst - 1)
if wait < 0 then wait = 0 end
if wait <= tonumber(ARGV[3]) then
  redis.call('SET', KEYS[1], next + each, 'PX', math.ceil(next + each - now + each * burst))
end
return math.ceil(wait)`);

export function createJobWorkers({ commands }: Pick<RedisConnections, 'commands'>) {
  return {
    async beat(state: WorkerState): Promise<void> {
      await answer(commands.hset(WORKERS, state.id, JSON.stringify(state)));
    },
    async leave(id: string): Promise<void> {
      await answer(commands.hdel(WORKERS, id));
    },
    async workers(now: Date): Promise<WorkerState[]> {
      const all = await answer(commands.hgetall(WORKERS));
      const found: WorkerState[] = [];
      for (const [id, text] of Object.entries(all)) {
        const { success, data } = WorkerStateSchema.safeParse(JSON.parse(text));
        // Of another version, or long gone.
        if (success && now.getTime() - Date.parse(data.seen_at) < FORGOTTEN_MS) found.push(data);
        else await answer(commands.hdel(WORKERS, id));
      }
      return found;
    },
    async pausedQueues(): Promise<QueueName[]> {
      const names = await answer(commands.smembers(PAUSED));
      return names.flatMap((name) => QueueName.safeParse(name).data ?? []);
    },
    /** True when it changed something. */
    async pause(queue: QueueName, paused: boolean): Promise<boolean> {
      const changed = paused ? commands.sadd(PAUSED, queue) : commands.srem(PAUSED, queue);
      return (await answer(changed)) === 1;
    },
    /** Milliseconds until a run fits the rate; the turn is taken unless that is more than `patienceMs`. */
    async turn(
      task: string,
      rate: { count: number; perSeconds: number },
      patienceMs = 2_000,
    ): Promise<number> {
      const eachMs = (rate.perSeconds * 1_000) / rate.count;
      const wait = await TURN.run(
        commands,
        [`{jobs}:rate:${task}`],
        [eachMs, Math.max(1, Math.min(rate.count, Math.ceil(1_000 / eachMs))), patienceMs],
      );
      return Number(wait);
    },
  };
}

export type JobWorkers = ReturnType<typeof createJobWorkers>;
