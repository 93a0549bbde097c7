// What became of acknowledged batches: read from the streams of the bus and compared, one by one.
import { Redis } from 'ioredis';
import { until } from './until';

/** Numbers of the batches of each session, in the order of the stream. */
type Numbers = Map<string, number[]>;

export interface Ledger {
  taken: Numbers;
  found: Numbers;
  scored: Numbers;
}

/** What a session was told to be safe. */
export interface Promised {
  session: string;
  acknowledged: readonly number[];
}

interface Payload {
  session_id: string;
  cause?: string;
  batch?: { seq: number };
  batch_seq?: number;
}

export async function readLedger(redis: Redis): Promise<Ledger> {
  const read = async (stream: string, seq: (payload: Payload) => number | undefined) => {
    const numbers: Numbers = new Map();
    for (const [, fields] of await redis.xrange(`stream:${stream}`, '-', '+')) {
      const { payload } = JSON.parse(fields[1] ?? '{}') as { payload: Payload };
      const number = seq(payload);
      if (number === undefined) continue;
      numbers.set(payload.session_id, [...(numbers.get(payload.session_id) ?? []), number]);
    }
    return numbers;
  };
  const ofBatch = ({ cause, batch_seq }: Payload) => (cause === 'batch' ? batch_seq : undefined);
  return {
    taken: await read('telemetry', ({ batch }) => batch?.seq),
    found: await read('findings', ofBatch),
    scored: await read('risk', ofBatch),
  };
}

/** Everything that differs from: each acknowledged batch was taken, weighed and scored once, in order. */
export function differences(ledger: Ledger, promised: readonly Promised[]): string[] {
  return promised.flatMap(({ session, acknowledged }) =>
    (['taken', 'found', 'scored'] as const).flatMap((stage) => {
      const there = ledger[stage].get(session) ?? [];
      const once = new Set(there);
      const lost = acknowledged.filter((seq) => !once.has(seq));
      const doubled = there.filter((seq, index) => there.indexOf(seq) !== index);
      const disordered = there.some((seq, index) => seq < (there[index - 1] ?? -1));
      return [
        ...(lost.length > 0 ? [`${session} ${stage}: lost ${lost.join(' ')}`] : []),
        ...(doubled.length > 0 ? [`${session} ${stage}: doubled ${doubled.join(' ')}`] : []),
        ...(disordered ? [`${session} ${stage}: out of order`] : []),
      ];
    }),
  );
}

/** Waits until the pipeline has nothing left to do for these sessions, then compares. */
export async function settle(redisUrl: string, promised: readonly Promised[]): Promise<string[]> {
  const redis = new Redis(redisUrl, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on('error', () => undefined); // Comes back, or the wait ends.
  try {
    return await until(
      'the pipeline to be through',
      async () => {
        const ledger = await readLedger(redis);
        const through = promised.every(({ session }) => {
          const taken = ledger.taken.get(session)?.length ?? 0;
          return (ledger.scored.get(session)?.length ?? 0) >= taken;
        });
        if (!through || !(await isQuiet(redis))) return false;
        const dead = await redis.xrange('stream:dead_letter', '-', '+');
        return [
          ...differences(await readLedger(redis), promised),
          ...dead.map(([, fields]) => `dead letter: ${fields[1]}`),
        ];
      },
      60_000,
    );
  } finally {
    redis.disconnect();
  }
}

/** No group of the pipeline has anything before it. */
async function isQuiet(redis: Redis): Promise<boolean> {
  for (const stream of ['telemetry', 'findings', 'risk', 'ai_decisions', 'forensics']) {
    if ((await redis.exists(`stream:${stream}`)) === 0) continue;
    const groups = (await redis.xinfo('GROUPS', `stream:${stream}`)) as unknown[][];
    for (const group of groups) {
      const facts = new Map<unknown, unknown>();
      for (let at = 0; at < group.length; at += 2) facts.set(group[at], group[at + 1]);
      if (facts.get('pending') !== 0 || facts.get('lag') !== 0) return false;
    }
  }
  return true;
}
