// Housekeeping: one process at a time trims the streams and raises the alarm when one nears its cap.
import { STREAMS, type StreamName } from '@verity/protocol/streams';
import { redisFault, isPassing } from '../connect';
import { trimScript } from '../lua/trim';
import { Lease } from './lease';
import { pause } from '../../pause';
import type { BusContext } from './settings';

/** A stream that comes near its cap, or (`relieved`) that came back from there. */
export interface Pressure {
  stream: StreamName;
  length: number;
  cap: number;
  /** The group that keeps the stream from being trimmed, '' without groups. */
  slowestGroup: string;
  relieved: boolean;
}

/** Share of the cap from which on an operator should know. */
const ALARM_SHARE = 0.8;

export interface Housekeeping {
  stop(): Promise<void>;
}

export function startHousekeeping(
  context: BusContext,
  onPressure: (pressure: Pressure) => void,
): Housekeeping {
  const { redis, settings, log, newId, producerId } = context;
  const stopping = new AbortController();
  const lease = new Lease(
    redis.commands,
    'lease:housekeeping',
    `${producerId}:${newId()}`,
    3 * settings.housekeepingMs,
  );
  const pressed = new Set<StreamName>();

  const live = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        if (!lease.held && !(await lease.take(stopping.signal))) break;
        for (const stream of STREAMS) await tend(stream);
      } catch (error) {
        if (!isPassing(redisFault(error)))
          log.error({ err: error }, 'housekeeping of the bus stumbled');
      }
      await pause(settings.housekeepingMs, stopping.signal);
    }
    await Promise.allSettled([lease.giveUp()]);
  };

  const tend = async (stream: StreamName): Promise<void> => {
    // Dead letters are for people to look at; they alone remove them.
    const retention = stream === 'stream:dead_letter' ? settings.cap : settings.retention;
    const [, length, slowestGroup] = (await trimScript.run(
      redis.commands,
      [stream],
      [retention],
    )) as [number, number, string];
    const pressing = length >= settings.cap * ALARM_SHARE;
    if (pressing === pressed.has(stream)) return;
    if (pressing) pressed.add(stream);
    else pressed.delete(stream);
    const facts = { stream, length, cap: settings.cap, slowestGroup };
    if (pressing) log.error(facts, 'a stream nears its cap');
    else log.info(facts, 'a stream has room again');
    onPressure({ ...facts, relieved: !pressing });
  };

  const living = live();
  return {
    async stop() {
      stopping.abort();
      await living;
    },
  };
}
