// Groups behind the real door: made, joined, carried by open sessions, and kept while a policy names them.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import type { Group } from '@verity/protocol/identity/schemas';
import { openPlatform, type Platform, type Visitor } from './spec-platform';

let platform: Platform;
let admin: Visitor;
beforeAll(async () => {
  platform = await openPlatform();
  await platform.stores.policies.seed(DEFAULT_POLICY, platform.now());
  await platform.person('root@example.org', 'admin');
  admin = await platform.visit('root@example.org');
}, 60_000);
afterAll(() => platform?.close());

const make = (id: string) =>
  admin.call('POST', '/api/v1/groups', { id, name: `Group ${id}`, description: 'For a spec' });

it('is made once, changed, and listed with its members', async () => {
  expect((await make('staff')).json).toMatchObject({ id: 'staff', members: 0 });
  expect(await make('staff')).toMatchObject({ status: 409, json: { code: 'conflict' } });
  expect((await make('Not A Slug')).status).toBe(400);
  const changed = await admin.call('PATCH', '/api/v1/groups/staff', { name: 'The staff' });
  expect(changed.json).toMatchObject({ name: 'The staff', description: 'For a spec' });
  expect((await admin.call('PATCH', '/api/v1/groups/ghosts', { name: 'G' })).status).toBe(404);
  const { items } = (await admin.call('GET', '/api/v1/groups')).json as unknown as {
    items: Group[];
  };
  expect(items.map(({ id }) => id)).toEqual(['staff']);
});

it('is carried by the open sessions of whoever joins or leaves', async () => {
  await make('guests');
  const { id } = await platform.person('gus@example.org');
  const { signedIn } = await platform.visit('gus@example.org');
  const groups = async () => (await platform.life.rightsNow(signedIn.session.id))?.groups;
  expect(await groups()).toEqual([]);
  const members = (body: object) => admin.call('POST', '/api/v1/groups/guests/members', body);
  expect((await members({ add: [id] })).json).toMatchObject({ members: 1 });
  expect(await groups()).toEqual(['guests']);
  const found = await admin.call('GET', '/api/v1/users?group=guests');
  expect(found.json).toMatchObject({ total: 1, items: [{ id, groups: ['guests'] }] });
  expect((await members({})).status).toBe(400);
  expect((await members({ remove: [id] })).json).toMatchObject({ members: 0 });
  expect(await groups()).toEqual([]);
});

it('stays while the policy names it, and takes its members out when it goes', async () => {
  await make('named');
  const { id } = await platform.person('nina@example.org');
  await admin.call('POST', '/api/v1/groups/named/members', { add: [id] });
  const before = await platform.stores.policies.current();
  const rule = { id: 'n', name: 'N', when: { groups: ['named'] }, effect: 'allow' as const };
  await platform.stores.policies.add({
    ...before,
    version: before.version + 1,
    rules: [rule, ...before.rules],
  });
  expect((await admin.call('DELETE', '/api/v1/groups/named')).status).toBe(409);
  await platform.stores.policies.add({ ...before, version: before.version + 2 });
  expect((await admin.call('DELETE', '/api/v1/groups/named')).status).toBe(200);
  expect((await platform.stores.users.byId(id))?.groups).toEqual([]);
});
