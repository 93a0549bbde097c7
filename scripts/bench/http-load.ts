// A lean HTTP load: connections that stay open, each asking again as soon as it is answered, at little CPU of its own.
import { connect, type Socket } from 'node:net';

export interface Load {
  perSecond: number;
  /** Milliseconds of each request. */
  times: number[];
  /** Answers with another status than the one expected. */
  wrong: number;
}

/** `requests` are whole requests with their headers, taken in turn. Answers must state their length. */
export async function load(
  port: number,
  requests: readonly string[],
  { connections, seconds, status }: { connections: number; seconds: number; status: number },
): Promise<Load> {
  const result: Load = { perSecond: 0, times: [], wrong: 0 };
  let next = 0;
  let ended = false;
  const one = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      let began = 0;
      let pending = '';
      const ask = (): void => {
        began = performance.now();
        socket.write(requests[next++ % requests.length] as string);
      };
      socket.setNoDelay(true);
      socket.on('error', reject);
      socket.on('close', () => (ended ? resolve() : reject(new Error('a connection was closed'))));
      socket.on('data', (part) => {
        pending += part.toString('latin1');
        const head = pending.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = /\r\ncontent-length: (\d+)/i.exec(pending.slice(0, head + 2))?.[1];
        if (length === undefined) return void socket.destroy(new Error(pending.slice(0, head)));
        if (pending.length < head + 4 + Number(length)) return;
        result.times.push(performance.now() - began);
        if (!pending.startsWith(`HTTP/1.1 ${status} `)) result.wrong++;
        pending = '';
        if (ended) socket.destroy();
        else ask();
      });
      socket.once('connect', ask);
    });
  const started = performance.now();
  const timer = setTimeout(() => (ended = true), seconds * 1_000);
  try {
    await Promise.all(Array.from({ length: connections }, () => one(connect(port, '127.0.0.1'))));
  } finally {
    ended = true;
    clearTimeout(timer);
  }
  result.perSecond = Math.round((result.times.length / (performance.now() - started)) * 1_000);
  return result;
}
