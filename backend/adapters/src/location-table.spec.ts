// The location table, from files as they come and as they should not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLocationTable } from './location-table';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'verity-locations-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const table = (text: string) => {
  const file = join(folder, 'table.csv');
  writeFileSync(file, text);
  return readLocationTable(file);
};

it('finds the place of an address by its network', async () => {
  const locate = await table(
    'network,geoname_id,latitude,longitude,accuracy_radius,label\r\n' +
      '198.51.100.0/24,1,-12.04,-77.04,20,"Lima, ""PE"""\r\n' +
      '192.0.2.0/25,2,49.2,16.6,,Brno\r\n' +
      '2001:db8:1::/48,3,50.1,14.4,5,Prague\r\n',
  );
  expect(locate('192.0.2.1')).toEqual({
    latitude: 49.2,
    longitude: 16.6,
    radiusKm: 50,
    label: 'Brno',
  });
  expect(locate('198.51.100.255')).toMatchObject({ radiusKm: 20, label: 'Lima, "PE"' });
  expect(locate('2001:db8:1:ff::1')).toMatchObject({ label: 'Prague' });
  for (const none of ['192.0.2.128', '198.51.101.0', '0.0.0.0', '2001:db8:2::1', '::1', 'x']) {
    expect(locate(none), none).toBeNull();
  }
});

it('refuses what is no table, and says why', async () => {
  await expect(table('a,b\n1,2\n')).rejects.toThrow(
    'the header has no network, latitude, longitude',
  );
  await expect(table('network,latitude,longitude\n')).rejects.toThrow('0 of 0');
  const lines = ['10.0.0.0/8,91,0', '10.0.0.1/8,1,1', 'x,1,1', '10.0.0.0/8,,'];
  await expect(table(`network,latitude,longitude\n${lines.join('\n')}\n`)).rejects.toThrow(
    '4 of 4 lines do not fit',
  );
  await expect(readLocationTable(join(folder, 'none.csv'))).rejects.toThrow('cannot be read');
});
