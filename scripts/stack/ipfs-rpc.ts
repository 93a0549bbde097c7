// The door of the IPFS node: the part of Kubo's RPC (docs.ipfs.tech/reference/kubo/rpc) that our client calls, as Kubo answers it.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { CID } from 'multiformats/cid';
import { MULTIPART_OVERHEAD, soleFile } from './ipfs-multipart';
import type { IpfsNode } from './ipfs-node';

/** What nodes exchange as one block; Kubo refuses more unless it is told otherwise. */
export const LARGEST_BLOCK = 2 ** 20;
const PREFIX = '/api/v0/';

export interface RpcNeeds {
  readonly node: IpfsNode;
  /** Name and password of the callers, as `name:password`. */
  readonly credentials: string;
  /** Why nothing may be written now; undefined while there is room. */
  readonly full: () => string | undefined;
  readonly failed: (error: Error, command: string) => void;
}

/** An answer that is no success: in the form of Kubo's errors. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface Asked {
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
}

/** What a command answers: JSON, lines of JSON, or bytes. */
type Answer =
  | { readonly json: unknown }
  | { readonly lines: AsyncIterable<unknown> }
  | { readonly bytes: Uint8Array };

type Command = (asked: Asked) => Promise<Answer>;

export function rpcDoor(needs: RpcNeeds): RequestListener {
  const commands = commandsOf(needs);
  const expected = digest(`Basic ${Buffer.from(needs.credentials).toString('base64')}`);

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    if (request.method !== 'POST') throw new Refusal(405, 'method not allowed: use POST');
    const { origin, referer, 'user-agent': agent, authorization } = request.headers;
    if (origin !== undefined || referer !== undefined || agent?.startsWith('Mozilla')) {
      throw new Refusal(403, 'pages of a browser have no business here');
    }
    if (!timingSafeEqual(digest(authorization ?? ''), expected)) {
      throw new Refusal(401, 'name and password are missing or wrong');
    }
    const [path = '', query] = (request.url ?? '').split('?', 2);
    const command = path.startsWith(PREFIX) ? commands.get(path.slice(PREFIX.length)) : undefined;
    if (!command) throw new Refusal(404, 'this node knows no such command');
    return command({ query: new URLSearchParams(query), request });
  };

  return (request, response) => {
    void answer(request)
      .then(
        (given) => send(response, given),
        (error: Error) => {
          if (!(error instanceof Refusal)) needs.failed(error, request.url?.split('?')[0] ?? '');
          refuse(response, error);
        },
      )
      .catch((error: Error) => {
        needs.failed(error, 'answer');
        response.destroy();
      });
  };
}

function commandsOf({ node, full }: RpcNeeds): ReadonlyMap<string, Command> {
  const present = async (cid: CID): Promise<Uint8Array> => {
    const block = await node.get(cid);
    if (block) return block;
    throw new Refusal(
      500,
      `block was not found locally (offline): ipld: could not find ${cid.toString()}`,
    );
  };
  const table: Record<string, Command> = {
    async version() {
      const System = `${process.arch}/${process.platform}`;
      return { json: { Version: node.version, Commit: '', Repo: '1', System, Golang: '' } };
    },
    async 'block/put'({ query, request }) {
      const body = await bodyOf(request);
      const why = full();
      if (why) throw new Refusal(500, `no space left on device: ${why}`);
      const codec = query.get('cid-codec') ?? 'raw';
      const hash = query.get('mhtype') ?? 'sha2-256';
      if (codec !== 'raw' || hash !== 'sha2-256') {
        throw new Refusal(400, `this node keeps raw blocks by sha2-256, not ${codec} by ${hash}`);
      }
      const file = soleFile(request.headers['content-type'] ?? '', body);
      if (typeof file === 'string') throw new Refusal(400, file);
      if (file.length > LARGEST_BLOCK) throw tooLarge();
      const cid = await node.put(file, query.get('pin') === 'true');
      return { json: { Key: cid.toString(), Size: file.length } };
    },
    'block/get': async ({ query }) => ({ bytes: await present(cidIn(query)) }),
    async 'block/stat'({ query }) {
      const cid = cidIn(query);
      return { json: { Key: cid.toString(), Size: (await present(cid)).length } };
    },
    async 'block/rm'({ query }) {
      const cid = cidIn(query);
      const Hash = cid.toString();
      if (await node.isPinned(cid)) return { json: { Hash, Error: 'pinned: recursive' } };
      const removed = (await node.remove(cid)) || query.get('force') === 'true';
      return { json: removed ? { Hash } : { Hash, Error: `ipld: could not find ${Hash}` } };
    },
    async 'pin/add'({ query }) {
      const cid = cidIn(query);
      if (!(await node.pin(cid))) {
        throw new Refusal(500, `pin: block was not found locally (offline): ${cid.toString()}`);
      }
      return { json: { Pins: [cid.toString()] } };
    },
    async 'pin/rm'({ query }) {
      const cid = cidIn(query);
      if (!(await node.unpin(cid))) throw new Refusal(500, 'not pinned or pinned indirectly');
      return { json: { Pins: [cid.toString()] } };
    },
    async 'pin/ls'({ query }) {
      const pin = (cid: CID): unknown => ({ Cid: cid.toString(), Type: 'recursive' });
      if (!query.has('arg')) return { lines: mapped(node.pins(), pin) };
      const cid = cidIn(query);
      if (!(await node.isPinned(cid)))
        throw new Refusal(500, `path '${cid.toString()}' is not pinned`);
      return { json: pin(cid) };
    },
    async 'repo/stat'() {
      const { blocks, bytes } = await node.size();
      const rest = { RepoPath: '', StorageMax: 0, Version: node.version };
      return { json: { NumObjects: blocks, RepoSize: bytes, ...rest } };
    },
  };
  return new Map(Object.entries(table));
}

/** The one argument: a CID of version 0 or 1, or the same as a path `/ipfs/…`. */
function cidIn(query: URLSearchParams): CID {
  const given = query.getAll('arg');
  const text = given.length === 1 ? (given[0] as string).replace(/^\/ipfs\//, '') : '';
  const cid = text.length > 0 && text.length <= 200 ? parsed(text) : null;
  if (!cid) throw new Refusal(400, 'invalid path: the argument must be one CID');
  return cid;
}

function parsed(text: string): CID | null {
  try {
    return CID.parse(text);
  } catch {
    return null; // Whatever the parser says of it: it is no CID.
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const most = LARGEST_BLOCK + MULTIPART_OVERHEAD;
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  if ('bytes' in answer) {
    response.writeHead(200, {
      'content-type': 'application/vnd.ipld.raw',
      'content-length': answer.bytes.length,
    });
    response.end(answer.bytes);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  if ('json' in answer) {
    response.end(`${JSON.stringify(answer.json)}\n`);
    return;
  }
  for await (const line of answer.lines) {
    if (response.destroyed) return;
    if (response.write(`${JSON.stringify(line)}\n`)) continue;
    await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}

function refuse(response: ServerResponse, error: Error): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const isFull = /ENOSPC|EDQUOT/.test(error.message);
  const Message =
    error instanceof Refusal
      ? error.message
      : isFull
        ? `no space left on device: ${error.message}`
        : 'the node failed; its log says why';
  response.writeHead(error instanceof Refusal ? error.status : 500, {
    'content-type': 'application/json',
    ...(error instanceof Refusal && error.status === 405 ? { allow: 'POST' } : {}),
    // Others send the rest of their body, which nobody reads; one that is too large has no end.
    ...(error instanceof Refusal && error.status === 413 ? { connection: 'close' } : {}),
  });
  response.end(`${JSON.stringify({ Message, Code: 0, Type: 'error' })}\n`);
}

const tooLarge = (): Refusal => new Refusal(413, `a block has at most ${LARGEST_BLOCK} bytes`);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function* mapped<A, B>(items: AsyncIterable<A>, of: (item: A) => B): AsyncGenerator<B> {
  for await (const item of items) yield of(item);
}
