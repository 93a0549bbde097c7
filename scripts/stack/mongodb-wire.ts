// The MongoDB wire protocol, as far as the host of the embedded engine reads and writes it.
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/

export const OP_REPLY = 1;
export const OP_MSG = 2013;
const OP_QUERY = 2004;
const HEADER_BYTES = 16;
/** maxMessageSizeBytes of the server. */
const LONGEST_MESSAGE_BYTES = 48_000_000;

/** Cuts a byte stream into whole messages; chunks are joined once, when a message is complete. */
export class Framer {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** Throws on a length that no message can have. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: Buffer[] = [];
    for (;;) {
      const length = this.#nextLength();
      if (length === undefined || this.#bytes < length) return messages;
      const joined = this.#joined();
      messages.push(joined.subarray(0, length));
      this.#chunks = joined.length > length ? [joined.subarray(length)] : [];
      this.#bytes = joined.length - length;
    }
  }

  #nextLength(): number | undefined {
    if (this.#bytes < 4) return undefined;
    let first = this.#chunks[0];
    if (!first || first.length < 4) first = this.#joined();
    const length = first.readInt32LE(0);
    if (length < HEADER_BYTES || length > LONGEST_MESSAGE_BYTES) {
      throw new Error(`invalid wire message length ${length}`);
    }
    return length;
  }

  #joined(): Buffer {
    const joined = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    if (joined) return joined;
    this.#chunks = [Buffer.concat(this.#chunks, this.#bytes)];
    return this.#chunks[0] as Buffer;
  }
}

export interface Command {
  readonly requestId: number;
  /** The sender wants no answer. */
  readonly moreToCome: boolean;
  /** An OP_QUERY, the form of a driver's first handshake: answered with OP_REPLY. */
  readonly legacy: boolean;
  /** The first key of the body: `find`, `insert` … */
  readonly name: string;
}

/** What a message asks for; throws on what is neither OP_MSG nor the old handshake. */
export function readCommand(message: Buffer): Command {
  const requestId = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  if (opcode === OP_MSG) {
    const flags = message.readUInt32LE(16);
    return {
      requestId,
      moreToCome: (flags & 2) !== 0,
      legacy: false,
      name: firstKey(message, bodyOf(message)),
    };
  }
  if (opcode === OP_QUERY) {
    const collectionEnd = message.indexOf(0, 20);
    // Numbers to skip and to return stand between the collection and the document.
    const name = firstKey(message, collectionEnd + 1 + 8);
    return { requestId, moreToCome: false, legacy: true, name };
  }
  throw new Error(`unknown wire opcode ${opcode}`);
}

/** The offset of the one section of kind 0; document sequences (kind 1) may come before it. */
function bodyOf(message: Buffer): number {
  let at = 20;
  while (message.readUInt8(at) === 1) at += 1 + message.readInt32LE(at + 1);
  if (message.readUInt8(at) !== 0) throw new Error('unknown section in a wire message');
  return at + 1;
}

function firstKey(message: Buffer, document: number): string {
  const start = document + 5; // its length, then the type of the first element
  return message.toString('utf8', start, message.indexOf(0, start));
}

/** A reply with one BSON document. */
export function frameReply(to: Command, replyId: number, document: Uint8Array): Buffer {
  const prefix = to.legacy ? 20 : 5;
  const frame = Buffer.alloc(HEADER_BYTES + prefix + document.length);
  frame.writeInt32LE(frame.length, 0);
  frame.writeInt32LE(replyId, 4);
  frame.writeInt32LE(to.requestId, 8);
  frame.writeInt32LE(to.legacy ? OP_REPLY : OP_MSG, 12);
  // OP_MSG: no flags, a section of kind 0. OP_REPLY: no flags, cursor 0, from 0, one document.
  if (to.legacy) frame.writeInt32LE(1, 32);
  frame.set(document, HEADER_BYTES + prefix);
  return frame;
}

/** A command as an OP_MSG, for the host's own questions to the engine. */
export function frameCommand(document: Uint8Array): Buffer {
  const asked = { requestId: 0, moreToCome: false, legacy: false, name: '' };
  return frameReply(asked, 1, document);
}
