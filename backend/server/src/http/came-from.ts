// Where a request comes from, read as it arrives: a connection that was cut meanwhile has no address any more.
import type { Request, Response } from 'express';

export interface CameFrom {
  /** Network address of the caller, as trusted proxies name it; empty when it hung up before it was read. */
  address: string;
  /** A proxy that is trusted named the address; else it is that of whoever opened the connection. */
  forwarded: boolean;
}

export function noteWhereFrom(req: Request, res: Response): void {
  const address = (req.ip ?? req.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  res.locals.cameFrom = { address, forwarded: req.ips.length > 0 } satisfies CameFrom;
}

export const cameFrom = (res: Response): CameFrom => res.locals.cameFrom as CameFrom;
