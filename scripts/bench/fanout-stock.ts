// The peer of the fan-out bench: stock Socket.IO with its Redis adapter, one `io.to(room).emit` for each update; bare without.
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { updatesOfTick } from './fanout-updates';

interface Orders {
  /** Sends so many updates at each of 30 ticks a second, for so long. */
  updates: number;
  seconds: number;
}

const { redisUrl } = JSON.parse(process.argv[2] ?? '{}') as { redisUrl?: string };
const redis = redisUrl ? [new Redis(redisUrl), new Redis(redisUrl)] : [];
const httpServer = createServer();
const io = new Server(httpServer, {
  perMessageDeflate: false,
  httpCompression: false,
  transports: ['websocket'],
  ...(redis[0] ? { adapter: createAdapter(redis[0], redis[1]) } : {}),
});

io.on('connection', (socket) => {
  void socket.join('admin');
  socket.emit('connection_response', {});
});

process.on('message', ({ updates, seconds }: Orders) => {
  const started = performance.now();
  const before = process.cpuUsage();
  let ticks = 0;
  const timer = setInterval(() => {
    if (performance.now() - started < seconds * 1_000) {
      for (const update of updatesOfTick(ticks++, updates)) {
        io.to('admin').emit('risk_score_update', { ...update, event_id: `${Date.now()}-0` });
      }
      return;
    }
    clearInterval(timer);
    // Until everything has gone out.
    setTimeout(() => {
      const { user, system } = process.cpuUsage(before);
      process.send?.({ cpuSeconds: (user + system) / 1e6, sent: ticks * updates });
    }, 1_000);
  }, 1_000 / 30);
});

httpServer.listen(0, '127.0.0.1', () => {
  const address = httpServer.address();
  if (typeof address === 'object' && address) process.send?.({ port: address.port });
});
process.on('disconnect', () => process.exit(0));
