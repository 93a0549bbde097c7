// Specs of what the integrity page says first.
import { describe, expect, it } from 'vitest';
import type { LogIntegrity } from '../../core/wire';
import { anchoredShare, standingOf } from './standing';

const calm: LogIntegrity = {
  log: { origin: 'log.test/log', key: 'k', size: 1000, root: '0'.repeat(64), checkpoint: null },
  gaps: 0,
  waiting: 0,
  anchors: { size: 1000, newest: null, pending: 0, waiting_since: null },
  chain: { ok: true, chain_id: 1, contract: null, rpc_url: null, explorer: null, error: null },
  ipfs: { ok: true, stored: 0, waiting: 0, error: null },
  last_verification: null,
};
const verified = (state: 'intact' | 'broken', found = 0): LogIntegrity['last_verification'] => ({
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  by: 'system:jobs',
  started_at: '2026-11-21T00:00:00.000Z',
  ended_at: '2026-11-21T00:00:01.000Z',
  state,
  from: 0,
  to: 1000,
  done: 1000,
  anchors: 1,
  evidence: 0,
  findings: [],
  found,
  error: null,
});

describe('standingOf', () => {
  it('says that all is anchored, and calls it intact once it was walked', () => {
    expect(standingOf(calm).title).toBe('The log is complete and wholly anchored: 1,000 records');
    expect(standingOf({ ...calm, last_verification: verified('intact') })).toEqual({
      title: 'The log is intact and wholly anchored: 1,000 records',
      tone: 'good',
    });
  });

  it('never calls a log complete that is shorter than its anchors', () => {
    expect(standingOf({ ...calm, log: { ...calm.log, size: 0 } })).toEqual({
      title: 'Entries of the log are missing: 1,000 are anchored, 0 are there',
      tone: 'bad',
    });
  });

  it('says first what is worst', () => {
    const away = {
      ...calm,
      chain: { ...calm.chain, ok: false },
      anchors: { ...calm.anchors, size: 990 },
    };
    expect(standingOf(away)).toEqual({
      title: 'The chain is away: 10 records wait for it',
      tone: 'warn',
    });
    expect(standingOf({ ...away, gaps: 2 }).tone).toBe('bad');
    expect(standingOf({ ...away, gaps: 2, last_verification: verified('broken', 3) }).title).toBe(
      'The log does not hold: 3 findings in the last verification',
    );
  });
});

describe('anchoredShare', () => {
  it('is never all while one record waits', () => {
    const almost = { ...calm, log: { ...calm.log, size: 1_000_000 } };
    expect(anchoredShare({ ...almost, anchors: { ...calm.anchors, size: 999_999 } })).toBe(99.9);
    expect(anchoredShare(calm)).toBe(100);
    expect(anchoredShare({ ...calm, log: { ...calm.log, size: 0 } })).toBe(0);
  });
});
