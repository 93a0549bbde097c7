// The port of a process without the role `http`: it answers for its health alone.
import { createServer } from 'node:http';
import type { Ground } from './ground';

export async function openHealthPort({ config, health, shutdown }: Ground): Promise<void> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<[number, object]> => {
      if (request.url === '/health/live') return [200, { ok: true }];
      if (request.url !== '/health/ready' && request.url !== '/health') return [404, { ok: false }];
      const now = await health();
      return [now.ok || request.url === '/health' ? 200 : 503, now];
    };
    void answer().then(([status, body]) => {
      response.writeHead(status, {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
      });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.PORT, config.HOST, resolve);
  });
  shutdown.on('intake', 'health port', () => {
    server.close();
    server.closeAllConnections();
  });
}
