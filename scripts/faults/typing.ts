// A session that types: the collector's own queue and transport, with every acknowledgement written down.
import { WebSocket as NodeWebSocket } from 'ws';
import { createQueue, type Queue } from '@verity/collector/queue';
import { webSocketTransport, type Transport } from '@verity/collector/transport';
import type { Batch } from '@verity/collector/wire';
import { seededRandom } from '@verity/domain/kernel/maths';
import type { RiskScore } from '@verity/protocol/risk/schemas';
import { recordStretch } from '../demo/behaviour';
import { makeTypist, type TypistParameters } from '../demo/typist';
import fitted from '../demo/typists.json';
import type { Signed } from './people';

const TYPISTS = fitted.typists as unknown as TypistParameters[];

export class Typing {
  readonly session: string;
  /** Numbers of the batches that the platform has acknowledged, in this order. */
  readonly acknowledged: number[] = [];
  readonly refused: string[] = [];
  /** Codes of the problems that were answered to batches that were then sent again. */
  readonly problems = new Set<string>();
  /** Scores that were told to this socket. */
  readonly scores: RiskScore[] = [];
  /** Why the session ended, once the socket was told. */
  ended: string | undefined;
  readonly #queue: Queue;
  readonly #transport: Transport;
  #seed: number;
  #last: Batch | undefined;

  constructor(url: string, { session, token }: Signed, seed: number) {
    this.session = session;
    this.#seed = seed * 1_000;
    const heard = (text: string): void => this.#heard(text);
    class Overheard extends NodeWebSocket {
      constructor(address: string | URL) {
        super(address);
        this.on('message', (data: Buffer) => heard(data.toString()));
        // A browser's WebSocket throws nothing either: the close that follows says it.
        this.on('error', () => undefined);
      }
    }
    this.#transport = webSocketTransport({
      url,
      getToken: () => token,
      WebSocket: Overheard as unknown as typeof WebSocket,
      // The shortest back-off: specs do not wait.
      random: () => 0,
    });
    this.#queue = createQueue({
      send: (batch) => this.#send(batch),
      now: () => this.#transport.now(),
      nextSeq: () => this.#transport.nextSeq?.() ?? 0,
      onRefused: (batch, detail) => this.refused.push(`${batch.seq}: ${detail}`),
      random: () => 0,
    });
    this.#transport.onState?.((state, reason) => {
      if (state === 'online') this.#queue.wake();
      if (state === 'ended') {
        this.ended = reason ?? 'ended';
        this.#queue.stop();
      }
    });
  }

  /** Hands over so many seconds of typing; they leave as fast as the door takes them, ten a second. */
  type(seconds: number): void {
    const seed = this.#seed++;
    const typist = makeTypist(TYPISTS[seed % TYPISTS.length]!, seededRandom(seed));
    const began = Math.round(this.#transport.now()) - seconds * 1_000;
    for (const batch of recordStretch(typist, began, seconds * 1_000)) this.#queue.push(batch);
  }

  /** Sends the last batch again under the next number, as whoever recorded it would; answers what came of it. */
  async replay(): Promise<string> {
    const copied = this.#last;
    if (!copied) throw new Error('nothing was sent yet');
    const answer = await this.#transport.send({ ...copied, seq: copied.seq + 1 });
    return typeof answer === 'string' ? answer : answer.outcome;
  }

  /** Resolves when everything that was handed over has its final answer. */
  finished(): Promise<void> {
    return this.#queue.idle();
  }

  get waiting(): number {
    return this.#queue.stats().queued;
  }

  close(): void {
    this.#queue.stop();
    this.#transport.close?.();
  }

  async #send(batch: Batch): ReturnType<Transport['send']> {
    const answer = await this.#transport.send(batch);
    const outcome = typeof answer === 'string' ? answer : answer.outcome;
    if (outcome === 'accepted' || outcome === 'duplicate') {
      this.acknowledged.push(batch.seq);
      this.#last = batch;
    }
    return answer;
  }

  /** Packets of Socket.IO: 42 an event, 43 an acknowledgement. */
  #heard(text: string): void {
    const [, kind, json] = /^(42|43)\d*(\[.*)$/s.exec(text) ?? [];
    if (!json) return;
    const [first, second] = JSON.parse(json) as [unknown, unknown];
    if (kind === '42' && first === 'risk_score_update') {
      const score = second as RiskScore;
      if (score.session_id === this.session) this.scores.push(score);
    }
    const { problem } = first as { problem?: { code: string } };
    if (kind === '43' && problem) this.problems.add(problem.code);
  }
}
