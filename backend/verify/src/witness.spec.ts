// The witness: it cosigns a log that grows, and nothing of a log that contradicts itself, however that is tried.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseNote, parseVerifierKey, signatureBy } from '@verity/domain/audit/signed-note';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inMemory, sampleLog, type SampleLog } from '../../../scripts/audit/sample-log';
import { bundle, projectRoot } from '../../../scripts/bundle.mjs';
import { tools } from './tools';
import { look, type Round } from './witness-round';
import { WitnessState, type WitnessKey } from './witness-state';

let folder: string;
let state: WitnessState;
let witness: WitnessKey;
let files: ReturnType<typeof inMemory>;
let sample: SampleLog;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verity-witness-'));
  state = new WitnessState(folder);
  witness = await state.key('witness.example/one');
  files = inMemory();
  sample = await sampleLog(files, 300);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const see = (
  from: { read(path: string): Promise<Uint8Array | null> } = files,
  others: string[] = [],
): Promise<Round> =>
  look(
    { files: from, key: sample.keys.key, others },
    witness,
    state,
    () => new Date('2026-01-02T03:04:05Z'),
  );
const grow = (count: number) =>
  sample.log.append(
    Array.from({ length: count }, (_, at) => Buffer.from(`entry ${sample.log.size + at}`)),
  );
/** Another log under the same key. */
const fork = async (entries: number, first: string) => {
  const other = inMemory();
  const theirs = await sampleLog(other, 0);
  await theirs.log.append(
    Array.from({ length: entries }, (_, at) => Buffer.from(`${first} ${at}`)),
  );
  return other;
};

describe('a witness', () => {
  it('cosigns what grows, so that both signatures hold', async () => {
    expect(await see()).toMatchObject({ cosigned: { size: 300 } });
    await grow(500);
    expect(await see()).toMatchObject({ cosigned: { size: 800 } });
    const note = parseNote((await state.last()) ?? '');
    if (!note) throw new Error('no note');
    expect(await signatureBy(note, sample.keys.key, tools.verify, tools.sha256)).toEqual({
      at: null,
    });
    expect(await signatureBy(note, witness.key, tools.verify, tools.sha256)).toEqual({
      at: new Date('2026-01-02T03:04:05Z'),
    });
    expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);
    expect((await new WitnessState(folder).key('witness.example/one')).key).toEqual(witness.key);
  });

  it.each<[string, () => Promise<{ read(path: string): Promise<Uint8Array | null> }>]>([
    ['rolled back', () => fork(200, 'entry')],
    ['split view', () => fork(300, 'other')],
    ['rewritten', () => fork(400, 'other')],
  ])('raises an alarm for a log that was %s, and never cosigns again', async (kind, lie) => {
    await see();
    const before = await state.last();
    expect(await see(await lie())).toMatchObject({ alarm: { kind, before } });
    expect(await state.last()).toBe(before);
    // The honest log does not make it good: both notes are the proof.
    const again = await see();
    expect(again).toMatchObject({ alarm: { kind } });
    const alarm = await state.alarm();
    for (const note of [alarm?.before, alarm?.offered]) {
      const parsed = parseNote(note ?? '');
      expect(
        parsed && (await signatureBy(parsed, sample.keys.key, tools.verify, tools.sha256)),
      ).toBeTruthy();
    }
  });

  it('raises no alarm for what nobody signed, or cannot be read', async () => {
    await see();
    const before = await state.last();
    const forged = (await sampleLog(inMemory(), 400, { name: 'other.example/log' })).log.checkpoint;
    const instead = (bytes: Uint8Array | null) => ({
      read: (path: string) => (path === 'checkpoint' ? Promise.resolve(bytes) : files.read(path)),
    });
    expect(await see(instead(Buffer.from(forged ?? '')))).toHaveProperty('trouble');
    expect(await see(instead(null))).toHaveProperty('trouble');
    await grow(400);
    const tileless = {
      read: (path: string) => (path === 'checkpoint' ? files.read(path) : Promise.resolve(null)),
    };
    expect(await see(tileless)).toHaveProperty('trouble');
    expect(await state.last()).toBe(before);
    expect(await see()).toMatchObject({ cosigned: { size: 700 } });
  });

  it('compares with what another witness saw', async () => {
    let shown = sample.log.checkpoint ?? '';
    const other = createServer((_, res) => res.end(shown)).listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      await grow(10);
      expect(await see(files, [url])).toMatchObject({ cosigned: { size: 310 } });
      shown = new TextDecoder().decode((await fork(305, 'other')).kept.get('checkpoint'));
      expect(await see(files, [url])).toMatchObject({ alarm: { kind: 'split view' } });
    } finally {
      other.close();
    }
  });

  it('runs as a program: once, as a server, and ends with 4 at an alarm', async () => {
    const log = join(folder, 'log');
    const { logFiles } = await import('@verity/adapters/log-files');
    const onDisk = await sampleLog(logFiles(log), 50);
    const program = await bundle(join(projectRoot, 'backend/verify/src/witness.ts'));
    const home = join(folder, 'home');
    const args = [
      '--log',
      log,
      '--key',
      onDisk.verifierKey,
      '--name',
      'w.example/two',
      '--state',
      home,
    ];
    const start = (...more: string[]) =>
      spawn(process.execPath, [program, ...args, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [code] = (await once(start('--once'), 'exit')) as [number];
    expect(code).toBe(0);
    const serving = start('--listen', '0', '--interval', '1');
    let out = '';
    serving.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await expect.poll(() => /listening on (\S+)/.exec(out)?.[1]).toBeTruthy();
    await expect.poll(() => out).toContain('cosigned 50');
    const base = `http://${/listening on (\S+)/.exec(out)?.[1]}`;
    const note = await (await fetch(`${base}/checkpoint`)).text();
    const key = parseVerifierKey((await (await fetch(`${base}/key`)).text()).trim(), tools.sha256);
    const parsed = parseNote(note);
    expect(
      key && parsed && (await signatureBy(parsed, key, tools.verify, tools.sha256)),
    ).toBeTruthy();
    expect((await fetch(`${base}/health`)).status).toBe(200);
    const lie = (await fork(50, 'other')).kept;
    for (const [path, bytes] of lie)
      if (!path.includes('entries')) writeFileSync(join(log, path), bytes);
    await expect.poll(async () => (await fetch(`${base}/health`)).status).toBe(503);
    serving.kill();
    expect((await once(serving, 'exit'))[0]).toBe(4);
    expect(existsSync(join(home, 'alarm.json'))).toBe(true);
    expect(((await once(start('--once'), 'exit')) as [number])[0]).toBe(4);
    expect(readFileSync(join(home, 'checkpoint'), 'utf8')).toContain('w.example/two');
    const usage = spawn(process.execPath, [program, '--log', log]);
    expect(((await once(usage, 'exit')) as [number])[0]).toBe(2);
  });
});
