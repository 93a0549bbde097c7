// What this process measures of itself, in the text format of Prometheus.
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Bus } from '@verity/domain/bus/ports';
import type { Hub } from '../socket/hub';
import type { TelemetryCount } from '../socket/statistics';

export interface Metrics {
  observe(answer: { route: string; status: number; seconds: number }): void;
  text(): Promise<string>;
}

export function createMetrics(needs: {
  hub: Pick<Hub, 'gauge'>;
  telemetry: TelemetryCount;
  bus: Pick<Bus, 'state'>;
  producerId: string;
}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process: needs.producerId });
  collectDefaultMetrics({ register: registry, prefix: 'verity_' });
  const registers = [registry];
  const requests = new Histogram({
    name: 'verity_http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const gauge = (
    name: string,
    help: string,
    labelNames: string[],
    collect: (gauge: Gauge) => void | Promise<void>,
  ) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        this.reset();
        await collect(this);
      },
    });
  gauge('verity_sockets', 'Open sockets of this process', [], (g) =>
    g.set(needs.hub.gauge().connections),
  );
  gauge(
    'verity_socket_events_per_second',
    'Socket events in and out, mean of ten seconds',
    [],
    (g) => g.set(needs.hub.gauge().eventsPerSecond),
  );
  gauge('verity_risk_updates_waiting', 'Risk updates that wait for slow readers', [], (g) =>
    g.set(needs.hub.gauge().waiting),
  );
  gauge(
    'verity_telemetry_batches',
    'Telemetry batches since the start, by outcome',
    ['outcome'],
    (g) => {
      g.set({ outcome: 'accepted' }, needs.telemetry.accepted);
      for (const [code, count] of Object.entries(needs.telemetry.refused))
        g.set({ outcome: code }, count);
    },
  );
  const busGauges = {
    length: new Gauge({
      name: 'verity_stream_length',
      help: 'Entries of a stream',
      labelNames: ['stream'],
      registers,
    }),
    pending: new Gauge({
      name: 'verity_stream_pending',
      help: 'Delivered and not yet acknowledged',
      labelNames: ['stream', 'group'],
      registers,
    }),
    lag: new Gauge({
      name: 'verity_stream_lag',
      help: 'Not yet delivered to the group',
      labelNames: ['stream', 'group'],
      registers,
    }),
  };

  return {
    observe: ({ route, status, seconds }) =>
      requests.observe({ route, status: String(status) }, seconds),
    async text() {
      for (const { stream, length, groups } of await needs.bus.state()) {
        busGauges.length.set({ stream }, length);
        for (const { group, pending, lag } of groups) {
          busGauges.pending.set({ stream, group }, pending);
          busGauges.lag.set({ stream, group }, lag ?? 0);
        }
      }
      return registry.metrics();
    },
  };
}
