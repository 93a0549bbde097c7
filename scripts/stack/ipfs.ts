// IPFS: helia behind the calls of Kubo's RPC, in a child process of its own and without a network; elsewhere a Kubo node by its URL.
import { join } from 'node:path';
import { ipfsVersion } from '../../backend/adapters/src/ipfs/endpoint';
import { bundleWhole } from '../bundle.mjs';
import { rememberedPort } from './free-port';
import type { Launch, Part, PartHome } from './part';

const USER = 'verity';

export const ipfs: Part = {
  name: 'ipfs',
  title: 'IPFS',
  variable: 'IPFS_URL',
  composeService: 'ipfs',
  named: (env) => env.IPFS_URL || env.IPFS_API_URL || undefined,
  find: () => Promise.resolve({ source: 'helia, without a network', launch }),
  probe: (url) => ipfsVersion(url),
};

async function launch(home: PartHome): Promise<Launch> {
  const port = await rememberedPort(join(home.data, 'port'));
  const password = home.secret('ipfs-password');
  const host = await bundleWhole('scripts/stack/ipfs-host.ts');
  const url = `http://${USER}:${password}@127.0.0.1:${port}`;
  return {
    url,
    child: {
      command: process.execPath,
      args: [host],
      env: {
        ...process.env,
        IPFS_DIRECTORY: home.data,
        IPFS_PORT: String(port),
        IPFS_CREDENTIALS: `${USER}:${password}`,
      },
      cwd: home.data,
      stopDeadlineMs: 4_000,
      ready: () => ipfs.probe(url).then(Boolean, () => false),
    },
  };
}
