// Evidence on its way, over a real MongoDB and a real node: stored when the node is there, kept when it is not.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  externalise,
  evidenceIn,
  openEvidence,
  type Evidence,
} from '@verity/domain/audit/evidence';
import { evidenceBlock, storeEvidence } from '@verity/domain/audit/store-evidence';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { openSealedEvidence, sealEvidence } from '../crypto/evidence-cipher';
import { scratchStores } from '../mongo/spec-stores';
import { newId } from '../world';
import { ipfsBlocks } from './blocks';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const { stores } = scratchStores();
const node = () => ipfsBlocks(process.env.IPFS_URL as string);
const nobody = () => ipfsBlocks('http://127.0.0.1:1', 500);
const signal = new AbortController().signal;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  // What a test has left waiting is none of the next one's business.
  for (const person of people.splice(0)) await stores().auditEvidence.flag(person);
  await storeEvidence({ store: stores().auditEvidence, blocks: node() }, { signal });
});

const people: string[] = [];

/** A record with large details, its blocks kept as the recorder keeps them. */
async function recorded(bytes = 20_000) {
  const person = newId<string>();
  people.push(person);
  const key = randomBytes(32);
  const given: AuditRecord = {
    id: newId(),
    at: new Date().toISOString(),
    actor: 'system:spec',
    action: 'session.terminated',
    subject: `user:${person}`,
    outcome: 'success',
    address: null,
    details: { reason: 'a spec', signals: randomBytes(bytes).toString('base64') },
  };
  const { record, parts } = externalise(given, key, { sha256, seal: sealEvidence });
  await stores().auditEvidence.keep(parts, { record: record.id, person });
  const evidence = evidenceIn(record.details) as Evidence;
  const read = (blocks: ReturnType<typeof node> | null) =>
    openEvidence(evidence, record.id, key, {
      sha256,
      open: openSealedEvidence,
      block: evidenceBlock(stores().auditEvidence, blocks),
    });
  return { person, details: given.details, evidence, read };
}
const run = (blocks: ReturnType<typeof node> | null, cids?: readonly string[]) =>
  storeEvidence({ store: stores().auditEvidence, blocks }, { cids, signal });

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('evidence', () => {
  it('is stored, read back, and let go of where it waited', async () => {
    const { details, evidence, read } = await recorded(1_500_000);
    expect(evidence.cids).toHaveLength(2);
    expect(await read(null)).toEqual({ holds: true, details });
    expect(await run(node())).toMatchObject({ stored: 2, waiting: 0, away: null, failures: [] });
    for (const cid of evidence.cids) expect(await stores().auditEvidence.copy(cid)).toBeNull();
    expect(await read(node())).toEqual({ holds: true, details });
    expect(await run(node())).toMatchObject({ stored: 0, removed: 0, waiting: 0 });
  });

  it('waits while the node is away, is read from where it waits, and is stored after', async () => {
    const { details, read } = await recorded();
    const away = await run(nobody());
    expect(away).toMatchObject({ stored: 0, waiting: 1, failures: [] });
    expect(away.away).toMatch(/IPFS node is away/);
    expect(await run(null)).toMatchObject({ waiting: 1, away: 'IPFS_URL names no node.' });
    expect(await read(nobody())).toEqual({ holds: true, details });
    expect(await run(node())).toMatchObject({ stored: 1, waiting: 0, away: null });
  });

  it('goes on waiting when the node keeps other bytes, or gives other names', async () => {
    const { details, evidence, read } = await recorded();
    const [cid] = evidence.cids;
    const liar = await answering((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      if (request.url?.includes('block/put')) response.end(JSON.stringify({ Key: cid }));
      else response.end('other bytes');
    });
    const lied = await run(ipfsBlocks(liar));
    expect(lied).toMatchObject({ stored: 0, waiting: 1, failures: [{ cid }] });
    expect(lied.failures[0]?.why).toMatch(/other bytes/);
    const Key = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku';
    const misnaming = await answering((request, response) => {
      request.resume().on('end', () => response.end(JSON.stringify({ Key })));
    });
    const misnamed = await run(ipfsBlocks(misnaming));
    expect(misnamed.failures[0]?.why).toMatch(/another name/);
    expect(await read(null)).toEqual({ holds: true, details });
  });

  it('of a person who is erased goes, whether it waits or is stored', async () => {
    const stored = await recorded();
    await run(node());
    const waits = await recorded();
    const { auditEvidence } = stores();
    expect(await auditEvidence.flag(stored.person)).toBe(1);
    expect(await auditEvidence.flag(waits.person)).toBe(1);
    expect(await auditEvidence.copy(waits.evidence.cids[0] as string)).toBeNull();
    // Away: it stays flagged.
    expect(await run(nobody())).toMatchObject({ removed: 0 });
    expect(await run(node())).toMatchObject({ removed: 2, stored: 0 });
    for (const { evidence, read } of [stored, waits]) {
      expect(await node().get(evidence.cids[0] as string)).toBeNull();
      expect(await read(node())).toMatchObject({ holds: false, where: '/evidence/cids/0' });
    }
    expect(await auditEvidence.counts()).toMatchObject({ unpin: 0 });
  });

  it('is stored by name when only some is asked for', async () => {
    const [one, other] = [await recorded(), await recorded()];
    expect(await run(node(), one.evidence.cids)).toMatchObject({ stored: 1, waiting: 1 });
    expect(await stores().auditEvidence.copy(other.evidence.cids[0] as string)).not.toBeNull();
  });
});
