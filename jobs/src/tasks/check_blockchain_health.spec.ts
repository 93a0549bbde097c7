// Who hears of trouble with the chain.
import { expect, it } from 'vitest';
import type { ChainHealth } from '@verity/domain/audit/chain-health';
import type { Run } from '../define-task';
import type { Tools } from '../tools';
import task from './check_blockchain_health';

const healthy: ChainHealth = {
  ok: true,
  problems: [],
  chain: null,
  log_size: 7,
  confirmed_size: 5,
  waiting_anchors: 1,
  parts: [],
};

async function run(found: ChainHealth, before: ChainHealth | null = null): Promise<string[]> {
  const told: string[] = [];
  const tools = {
    anchoring: {
      examine: () => Promise.resolve(found),
      lastExamined: () => Promise.resolve(before),
    },
    report: {
      tellAdmins: (title: string, body: string, link: string) => {
        told.push(`${title}: ${body} (${link})`);
        return Promise.resolve();
      },
    },
  } as unknown as Tools;
  expect(await task.handler({}, {} as Run, tools)).toEqual(found);
  return told;
}

it('tells admins of every problem in one message, and of nothing when all is well', async () => {
  expect(await run(healthy)).toEqual([]);
  expect(await run({ ...healthy, ok: false, problems: ['It is away.', 'It is dry.'] })).toEqual([
    'The chain of the audit log has trouble: It is away. It is dry. (/audit/integrity)',
  ]);
});

it('does not say again what it said an hour ago, and says when it is over', async () => {
  const away = { ...healthy, ok: false, problems: ['It is away.'] };
  expect(await run(away, away)).toEqual([]);
  expect(await run(healthy, away)).toEqual([
    'The chain of the audit log is well again: It was: It is away. (/audit/integrity)',
  ]);
});
