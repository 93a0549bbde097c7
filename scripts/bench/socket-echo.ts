// The peer of the risk-latency bench: a bare Socket.IO server that acknowledges a batch and sends as many bytes back.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const httpServer = createServer();
const io = new Server(httpServer, { perMessageDeflate: false, transports: ['websocket'] });

io.on('connection', (socket) => {
  socket.emit('connection_response', { next_seq: 0 });
  socket.on('behavioral_data', (batch: { seq: number }, acknowledge: (answer: unknown) => void) => {
    acknowledge({ ok: true, value: { seq: batch.seq } });
    socket.emit('risk_score_update', { ...batch, batch_seq: batch.seq });
  });
});

httpServer.listen(0, '127.0.0.1', () => {
  const address = httpServer.address();
  if (typeof address === 'object' && address) process.send?.({ port: address.port });
});
process.on('disconnect', () => process.exit(0));
