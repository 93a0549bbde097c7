// Specs of the audit records that a person takes along, over a real MongoDB.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MongoAuditEntries } from '@verity/adapters/mongo/audit-entries';
import { entriesOf } from '@verity/adapters/mongo/scratch-records';
import { scratchDatabase, type ScratchDatabase } from '@verity/adapters/mongo/scratch';
import { newId } from '@verity/adapters/world';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId, UserId } from '@verity/protocol/ids';
import { ownAudit } from './own-audit';

const person = newId<UserId>();
const admin = newId<UserId>();
const self = `user:${person}`;
let database: ScratchDatabase;
let index: MongoAuditEntries;

const entry = (actor: string, action: AuditRecord['action'], subject: string): AuditRecord => ({
  id: newId<AuditRecordId>(),
  at: '2026-01-02T03:04:05.000Z',
  actor,
  action,
  subject,
  outcome: 'success',
  address: '198.51.100.7',
  details: { reason: 'said by the actor' },
});

beforeAll(async () => {
  database = await scratchDatabase();
  index = new MongoAuditEntries(database.connection);
  const records = [
    entry(self, 'auth.login', 'session:1'),
    entry(`user:${admin}`, 'user.changed', self),
    entry('system:policy', 'session.terminated', 'session:2'),
    entry('system:sign-in', 'auth.login_failed', self),
    entry(self, 'privacy.exported', self),
    entry(`user:${admin}`, 'auth.login', 'session:3'),
  ];
  await index.add(entriesOf(records));
});
afterAll(() => database.drop());

const taken = async (most?: number) => {
  const all = [];
  for await (const record of ownAudit(index, person, most)) all.push(record);
  return all;
};

it('hands out what the person did in full, newest first, each record once', async () => {
  const own = (await taken()).filter(({ actor }) => actor === self);
  expect(own).toMatchObject([
    { index: 4, action: 'privacy.exported', address: '198.51.100.7' },
    { index: 0, action: 'auth.login', details: { reason: 'said by the actor' } },
  ]);
});

it('tells what others did to the account without who they are and where', async () => {
  const others = (await taken()).filter(({ actor }) => actor !== self);
  expect(others).toMatchObject([
    { index: 3, actor: 'system:sign-in', action: 'auth.login_failed', address: null, details: {} },
    { index: 1, actor: 'user:somebody-else', action: 'user.changed', address: null, details: {} },
  ]);
  expect(JSON.stringify(await taken())).not.toContain(admin);
});

it('stops at the bound of each kind', async () => {
  expect((await taken(1)).map(({ index: place }) => place)).toEqual([4, 3]);
  expect(await taken(0)).toEqual([]);
});
