// The doors of sensors: what fits goes onto the bus whole, what does not is named, and nothing of it is taken.
import { expect, it } from 'vitest';
import { ROUTES } from '@verity/protocol/routes';
import type { StreamName } from '@verity/protocol/streams';
import { sensorHandlers } from './sensors';

const now = new Date('2026-11-21T12:00:00.000Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString();

function world() {
  const published: { stream: StreamName; payload: unknown; messageId?: string }[] = [];
  const handlers = sensorHandlers({
    bus: {
      publish: async (stream, payload, options) => {
        published.push({
          stream,
          payload,
          ...(options?.messageId ? { messageId: options.messageId } : {}),
        });
        return '1-0';
      },
    },
    readContext: async () => null,
    clock: () => now,
  });
  const post = async (
    key: 'POST /api/v1/attacks' | 'POST /api/v1/network/windows',
    body: unknown,
  ) => {
    const parsed = ROUTES[key].body.safeParse(body);
    if (!parsed.success) throw parsed.error;
    return handlers[key]({ body: parsed.data } as never, {} as never);
  };
  return { published, post };
}

const attack = {
  event_id: '0199a5b0-0000-7000-8000-000000000001',
  sensor: 'honeypot-1',
  facility_id: 'plant-a',
  source_address: '198.51.100.7',
  protocol: 'ssh',
  action: 'sudo rm -rf /',
  technique: 'T1485',
  severity: 'high',
  observed_at: at(-5),
};

const trafficWindow = {
  facility_id: 'plant-a',
  sensor: 'tap-1',
  from: at(-6),
  to: at(-5),
  packets_per_sec: 100,
  bytes_per_sec: 10_000,
  unique_src_ips: 4,
  unique_dest_ips: 5,
  protocol_distribution: { tcp: 0.9, udp: 0.1 },
  failed_connections: 0,
  raw_features: { entropy: 3.2 },
};

it('takes attacks under the id that their sensor gave them', async () => {
  const { post, published } = world();
  expect(await post('POST /api/v1/attacks', { events: [attack] })).toEqual({ accepted: 1 });
  expect(published).toEqual([
    { stream: 'stream:attacks', payload: attack, messageId: attack.event_id },
  ]);
});

it('takes nothing of a request in which one event does not fit', async () => {
  const { post, published } = world();
  const wrong: Record<string, unknown>[] = [
    { technique: 'brute force' },
    { source_address: 'somewhere' },
    { severity: 'worst' },
    { event_id: '1' },
    { observed_at: at(3600) },
    { observed_at: at(-90_000) },
    { action: '' },
    { more: 1 },
  ];
  for (const change of wrong) {
    const events = [attack, { ...attack, ...change }];
    await expect(
      post('POST /api/v1/attacks', { events }),
      JSON.stringify(change),
    ).rejects.toThrow();
  }
  expect(published).toEqual([]);
});

it('takes windows of traffic, and refuses those whose numbers cannot be', async () => {
  const { post, published } = world();
  const windows = [trafficWindow];
  expect(await post('POST /api/v1/network/windows', { windows })).toEqual({ accepted: 1 });
  const wrong: Record<string, unknown>[] = [
    { packets_per_sec: -1 },
    { packets_per_sec: Number.NaN },
    { protocol_distribution: { tcp: 0.9, udp: 0.9 } },
    { unique_src_ips: 1.5 },
    { to: trafficWindow.from },
    { from: at(-600) },
    { to: at(120) },
    { facility_id: 'Plant A' },
    { raw_features: { x: Number.POSITIVE_INFINITY } },
  ];
  for (const change of wrong) {
    const body = { windows: [{ ...trafficWindow, ...change }] };
    await expect(
      post('POST /api/v1/network/windows', body),
      JSON.stringify(change),
    ).rejects.toThrow();
  }
  expect(published).toHaveLength(1);
});
