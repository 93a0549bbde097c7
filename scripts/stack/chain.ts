// The chain: anvil, a real EVM node that comes as an npm package, on a loopback port, its state kept on disk.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LOCAL_CHAIN_ID } from '@verity/adapters/chain/account';
import { answered, connectRpc } from '@verity/adapters/chain/rpc';
import { rememberedPort } from './free-port';
import type { Launch, Part, PartHome } from './part';
import { findProgram } from './program';

const STATE_SECONDS = 2;

export const chain: Part = {
  name: 'chain',
  title: 'Chain',
  variable: 'CHAIN_URL',
  composeService: 'chain',
  named: (env) => env.CHAIN_URL || undefined,
  find() {
    const program = packagedProgram() ?? findProgram('anvil');
    const found = program
      ? { source: program, launch: (home: PartHome) => launch(program, home) }
      : undefined;
    return Promise.resolve(found);
  },
  async probe(url) {
    const rpc = connectRpc(url);
    try {
      const chainId = await rpc.chainId();
      const asked = () => rpc.provider(chainId).send('web3_clientVersion', []);
      return `${String(await answered(asked))}, chain ${chainId},`;
    } finally {
      rpc.close();
    }
  },
};

/** The binary inside the package for this machine; undefined where npm had none. */
function packagedProgram(): string | undefined {
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const program = join(dirname(manifest), 'bin/anvil');
    return existsSync(program) ? program : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      return undefined;
    }
    throw error;
  }
}

async function launch(program: string, home: PartHome): Promise<Launch> {
  const port = await rememberedPort(join(home.data, 'port'));
  const url = `http://127.0.0.1:${port}`;
  const options = {
    '--host': '127.0.0.1',
    '--port': port,
    '--chain-id': LOCAL_CHAIN_ID,
    '--state': join(home.data, 'state.json'),
    '--state-interval': STATE_SECONDS,
    // Nobody holds money but who is given some: the keys of the usual accounts are known to all.
    '--accounts': 0,
  };
  return {
    url,
    child: {
      command: program,
      args: [
        ...Object.entries(options).flatMap(([name, value]) => [name, String(value)]),
        '--quiet',
      ],
      env: { PATH: process.env.PATH, HOME: home.data },
      cwd: home.data,
      stopDeadlineMs: 5_000,
      ready: () => chain.probe(url).then(Boolean, () => false),
    },
  };
}
