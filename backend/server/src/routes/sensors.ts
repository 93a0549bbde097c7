// Handlers of what sensors send: attacks that they saw, windows of traffic that they measured.
import { Fault } from '@verity/protocol/faults';
import type { attackRoutes } from '@verity/protocol/attack/routes';
import type { MessageId } from '@verity/protocol/ids';
import type { networkRoutes } from '@verity/protocol/network/routes';
import type { NetworkWindow } from '@verity/protocol/network/schemas';
import type { Bus } from '@verity/domain/bus/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { Handlers } from '../http/handler';

/** Clocks of sensors may be ahead by so much. */
const AHEAD_MS = 60_000;
/** What was kept while the server was away is taken so late; older windows belong into an import. */
const LATE_MS = 24 * 3_600_000;
const LONGEST_WINDOW_MS = 60_000;

export interface SensorPorts {
  bus: Pick<Bus, 'publish'>;
  /** The stored windows of a facility's last 60 seconds, as JSON; null when there are none. */
  readContext(facility: string): Promise<string | null>;
  clock: Clock;
}

export function sensorHandlers(
  ports: SensorPorts,
): Handlers<keyof typeof attackRoutes | keyof typeof networkRoutes> {
  const inTime = (instant: string, where: string): void => {
    const age = ports.clock().getTime() - Date.parse(instant);
    if (age < -AHEAD_MS) {
      throw new Fault('from-the-future', `${where} lies in the future: nothing was taken.`, {
        fix: 'Set the clock of the sensor (NTP) and send all of it again.',
      });
    }
    if (age > LATE_MS) {
      throw new Fault('too-late', `${where} is more than a day old: nothing was taken.`, {
        fix: 'Leave out what is older than a day and send the rest again.',
      });
    }
  };

  const checkWindow = (window: NetworkWindow, index: number): void => {
    inTime(window.to, `windows[${index}].to`);
    const length = Date.parse(window.to) - Date.parse(window.from);
    if (length > 0 && length <= LONGEST_WINDOW_MS) return;
    throw new Fault(
      'invalid-input',
      `windows[${index}] must end after its start, within a minute.`,
      {
        issues: [
          { path: `/windows/${index}/to`, message: 'must be after from, by a minute at most' },
        ],
        fix: 'Send windows of a minute or less.',
      },
    );
  };

  return {
    async 'POST /api/v1/attacks'({ body }) {
      body.events.forEach((event, index) =>
        inTime(event.observed_at, `events[${index}].observed_at`),
      );
      await Promise.all(
        body.events.map((event) =>
          ports.bus.publish('stream:attacks', event, {
            messageId: event.event_id as MessageId,
            priority: event.severity === 'critical' ? 1 : 2,
          }),
        ),
      );
      return { accepted: body.events.length };
    },

    async 'POST /api/v1/network/windows'({ body }) {
      body.windows.forEach(checkWindow);
      await Promise.all(body.windows.map((window) => ports.bus.publish('stream:network', window)));
      return { accepted: body.windows.length };
    },

    async 'GET /api/v1/network/:facility'({ params }) {
      const stored = await ports.readContext(params.facility);
      return {
        facility_id: params.facility,
        windows: stored ? (JSON.parse(stored) as NetworkWindow[]) : [],
      };
    },
  };
}
