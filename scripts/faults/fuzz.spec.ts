// Random input at the doors of a running platform: never a defect, never the end of a process, bounded memory.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fuzz } from './fuzz';
import { openHouse, type House } from './house';
import { ask } from './people';

const MOST_RSS_BYTES = 512 * 1024 * 1024;
let house: House;

beforeAll(async () => {
  house = await openHouse();
}, 90_000);

afterAll(() => house?.close(), 60_000);

it.each(['http', 'socket'] as const)(
  'survives 2,000 random inputs at the %s door',
  async (target) => {
    const pids = ['server', 'pipeline'].map((name) => house.platform.child(name).pid);
    const figures = await fuzz(house, target, {
      seed: 20_261_121,
      enough: (inputs) => inputs >= 2_000,
    });
    expect(figures).toMatchObject({ crashes: 0, broken: [] });
    expect(figures.maxRssBytes).toBeLessThan(MOST_RSS_BYTES);
    expect(['server', 'pipeline'].map((name) => house.platform.child(name).pid)).toEqual(pids);
    expect(await ask(house.urls[0] as string, '/health/ready')).toMatchObject({ status: 200 });
    expect(await house.audit()).toMatchObject({ intact: true });
  },
  90_000,
);
