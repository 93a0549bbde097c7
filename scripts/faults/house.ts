// A platform of its own for one spec: real processes over a data directory that is removed after.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../stack/free-port';
import { startPlatform, type Platform } from '../stack/platform';
import { settle } from './ledger';
import { invite, makeFirstAdmin, signIn, type Signed } from './people';
import { Typing } from './typing';

export interface House {
  platform: Platform;
  urls: readonly string[];
  admin: Signed;
  /** A new person, signed in at one of the HTTP processes. */
  somebody(name: string, at?: number, role?: 'user' | 'admin'): Promise<Signed>;
  /** A socket of a session at one of the HTTP processes. */
  typing(signed: Signed, at?: number): Typing;
  /** What is wrong with what was made of the acknowledged batches, once all is done; nothing, that is. */
  differences(): Promise<string[]>;
  /** Whether the chain of audit records is whole, and how long. */
  audit(): Promise<{ intact: boolean; records: number; broken_at: unknown }>;
  close(): Promise<void>;
}

export async function openHouse({ processes = 1 } = {}): Promise<House> {
  const dataDir = mkdtempSync(join(tmpdir(), 'verity-faults-'));
  const ports: number[] = [];
  while (ports.length < processes) ports.push(await freePort());
  const platform = await startPlatform({
    dataDir,
    ports,
    client: false,
    install: false,
    // Servers of its own, not those that the other specs share.
    env: { REDIS_URL: undefined, MONGODB_URL: undefined, LOG_LEVEL: 'info' },
  });
  const { url, urls } = platform;
  const typings: Typing[] = [];
  const close = async (): Promise<void> => {
    for (const typing of typings) typing.close();
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const admin = await signIn(url, await makeFirstAdmin(url, dataDir));
    const urlAt = (at: number): string => urls[at % urls.length] as string;
    return {
      platform,
      urls,
      admin,
      somebody: async (name, at = 0, role = 'user') =>
        signIn(urlAt(at), await invite(admin, url, name, role)),
      typing(signed, at = 0) {
        const typing = new Typing(urlAt(at), signed, typings.length + 1);
        typings.push(typing);
        return typing;
      },
      differences: () => settle(platform.env.REDIS_URL as string, typings),
      audit: () => admin.door.call('GET /api/v1/audit/verify', {}),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Kills a part, and again each time that it comes back; returns what lets it live again. */
export function keepDown(platform: Platform, name: string): () => Promise<void> {
  const child = platform.child(name);
  let pid: number | undefined;
  const strike = (): void => {
    if (child.pid === undefined || child.pid === pid) return;
    pid = child.pid;
    child.kill('SIGKILL');
  };
  strike();
  const timer = setInterval(strike, 1);
  return async () => {
    clearInterval(timer);
    await child.untilReady();
  };
}
