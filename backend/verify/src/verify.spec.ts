// The packed verifier in an empty folder, without a network but for the chain: what a stranger has in hand.
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeReceipt } from '@verity/domain/audit/receipt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { anchoredLog, type AnchoredLog } from '../../../scripts/audit/anchored-log';
import { projectRoot } from '../../../scripts/bundle.mjs';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 180_000 });

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
const run = (program: string, args: readonly string[], cwd: string, env = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(program, args, { cwd, env: { ...process.env, ...env } }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });

const folder = mkdtempSync(join(tmpdir(), 'verity-verify-'));
const elsewhere = join(folder, 'elsewhere');
const rpc = (): string => process.env.CHAIN_URL ?? '';
const verify = (...args: string[]): Promise<Ended> =>
  run(join(elsewhere, 'node_modules/.bin/verity-verify'), args, folder);
const servers: Server[] = [];
let log: AnchoredLog;

beforeAll(async () => {
  log = await anchoredLog(folder, rpc(), 600, { hasEvidence: (index) => index % 100 === 3 });
  for (const index of [0, 3, 41, 599]) {
    const receipt = await log.receipt(index, { anchor: log.anchor });
    writeFileSync(join(folder, `${index}.json`), writeReceipt(receipt));
  }
  writeFileSync(join(folder, 'waiting.json'), writeReceipt(await log.receipt(7)));
  const packed = await run(
    'npm',
    ['pack', '--pack-destination', folder],
    join(projectRoot, 'backend/verify'),
  );
  expect(packed.code, packed.err).toBe(0);
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'package.json'), '{}');
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  const installed = await run(
    'npm',
    ['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball)],
    elsewhere,
    { npm_config_cache: join(folder, 'empty-cache') },
  );
  expect(installed.code, installed.err).toBe(0);
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const spoil = (name: string, change: (text: string) => string): string => {
  const path = join(folder, `spoilt-${name}`);
  writeFileSync(path, change(readFileSync(join(folder, name), 'utf8')));
  return path;
};

describe('verity-verify, installed from its package alone', () => {
  it('brings nothing along', () => {
    expect(
      readdirSync(join(elsewhere, 'node_modules')).filter((name) => !name.startsWith('.')),
    ).toEqual(['@verity']);
    expect(readdirSync(join(elsewhere, 'node_modules/@verity'))).toEqual(['verify']);
  });

  it('proves a receipt against the chain, and says each link', async () => {
    const pins = ['--key', log.verifierKey, '--contract', log.anchor.contract];
    const { code, out } = await verify(
      '3.json',
      '--rpc',
      rpc(),
      '--evidence',
      log.evidence,
      ...pins,
    );
    expect(out).toMatch(/^3\.json: PROVEN/);
    expect(out.match(/^ {2}holds/gm)).toHaveLength(7);
    expect(out).not.toContain('caution');
    expect(code).toBe(0);
  });

  it('is content without a chain, and says what it did not check', async () => {
    const { code, out } = await verify('41.json');
    expect(out).toMatch(/^41\.json: CONSISTENT/);
    expect(out).toMatch(/unchecked anchor/);
    expect(out).toMatch(/caution: The key of the log/);
    expect(code).toBe(0);
    expect((await verify('waiting.json', '--rpc', rpc())).code).toBe(0);
  });

  it('ends with 1 for a broken receipt, and names link and place', async () => {
    const path = spoil('41.json', (text) => text.replace('session.decided', 'session.desided'));
    const { code, out } = await verify(path, '--rpc', rpc());
    expect(out).toMatch(/BROKEN/);
    expect(out).toMatch(/FAILS {5}leaf .*\[\/leaf\]/);
    expect(code).toBe(1);
    const json = await verify(path, '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      receipts: [{ verdict: 'broken', failed: 'leaf' }],
      summary: { receipts: 1, broken: 1 },
    });
  });

  it('ends with 2 for a use that is none, and for files that are not there', async () => {
    for (const args of [
      [],
      ['--what'],
      ['missing.json'],
      ['41.json', '--rpc', 'nonsense'],
      ['41.json', '--contract', 'x'],
      ['--log', 'log', '--all'],
    ]) {
      const { code, err } = await verify(...args);
      expect(code, args.join(' ')).toBe(2);
      expect(err).not.toBe('');
    }
    expect((await verify('--help')).code).toBe(0);
  });

  it('ends with 3 when a chain is away, hangs, or talks nonsense, and names it', async () => {
    const hanging = createServer(() => undefined).listen(0, '127.0.0.1');
    const talking = createHttpServer((_, res) => res.end('hello')).listen(0, '127.0.0.1');
    servers.push(hanging, talking);
    await Promise.all([once(hanging, 'listening'), once(talking, 'listening')]);
    const at = (server: Server): string =>
      `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    for (const [url, why] of [
      ['http://127.0.0.1:9', 'cannot be reached'],
      [at(hanging), 'does not answer within'],
      [at(talking), 'does not answer as JSON-RPC'],
    ] as const) {
      const { code, out } = await verify('41.json', '--rpc', rpc(), '--rpc', url);
      expect(out).toContain(why);
      expect(out).toContain(new URL(url).host);
      expect(code).toBe(3);
    }
  });

  it('checks exports and folders, and sums up', async () => {
    const lines = ['0.json', '3.json', '41.json', 'waiting.json'].map((name) =>
      readFileSync(join(folder, name), 'utf8'),
    );
    writeFileSync(
      join(folder, 'export.jsonl'),
      [...lines, lines[0]?.replace('"v":1', '"v":2')].join(''),
    );
    const { code, out } = await verify('export.jsonl', '--rpc', rpc(), '--evidence', log.evidence);
    expect(out).toContain('5 receipts: 3 proven, 1 consistent, 1 broken');
    expect(out).toMatch(/export\.jsonl:5: broken: format fails/);
    expect(code).toBe(1);
    const quiet = await verify('0.json', '41.json', '--quiet');
    expect(quiet).toMatchObject({ code: 0, out: '' });
    const many = join(folder, 'many');
    mkdirSync(many);
    for (const name of ['0.json', '41.json']) cpSync(join(folder, name), join(many, name));
    expect((await verify(many, '--rpc', rpc())).out).toContain(
      '2 receipts: 2 proven, 0 consistent, 0 broken',
    );
  });

  it('finds the record in the log, and walks the log', async () => {
    const whole = await verify('41.json', '--log', log.directory, '--all');
    expect(whole.out).toMatch(/holds {5}log /);
    expect(whole.out).toContain('600 entries, all as they were signed');
    expect(whole.code).toBe(0);
    const changed = join(folder, 'changed');
    cpSync(log.directory, changed, { recursive: true });
    const path = join(changed, 'tile/entries/001');
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] as number) ^ 1;
    writeFileSync(path, bytes);
    const { code, out } = await verify('--log', changed, '--all', '--key', log.verifierKey);
    expect(out).toMatch(/FAILS {5}tile\/entries\/001, entry 256/);
    expect(code).toBe(1);
  });

  it('runs in the project too, from its sources', async () => {
    const bin = join(projectRoot, 'backend/verify/bin/verity-verify.mjs');
    const { code, out } = await run(
      process.execPath,
      [bin, join(folder, '41.json'), '--rpc', rpc()],
      projectRoot,
    );
    expect(out).toMatch(/PROVEN/);
    expect(code).toBe(0);
  });
});
