// One session of one simulated person: signed in over HTTP, connected by a socket, delivering batches by the collector's queue.
import { Agent } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, ServerEventPayload, ServerToClient } from '@verity/protocol/events';
import type { Ack } from '@verity/protocol/event';
import type { RouteReply } from '@verity/protocol/route';
import type { Routes } from '@verity/protocol/routes';
import { createQueue, type Queue } from '@verity/collector/queue';
import { pageSocketTransport, type Transport } from '@verity/collector/transport';
import type { Batch, MeasuredBatch } from '@verity/collector/wire';
import type { Credential } from './credentials';
import { Door } from './door';
import type { Person } from './cast';

type Score = ServerEventPayload<'risk_score_update'>;
type SignedIn = RouteReply<Routes['POST /api/v1/auth/login']>;
type Ended = ServerEventPayload<'session_terminated'>;

export interface VisitListener {
  onScore?(score: Score): void;
  onStepUp?(reason: string): void;
  onEnded?(reason: string): void;
}

export class Visit {
  readonly person: Person;
  readonly door: Door;
  readonly sessionId: string;
  readonly #queue: Queue;
  readonly #transport: Transport;
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  readonly #password: string;
  readonly listeners = new Set<VisitListener>();
  #lastSent: Batch | undefined;
  #ended = false;

  private constructor(
    url: string,
    person: Person,
    { password }: Credential,
    door: Door,
    signedIn: SignedIn,
  ) {
    this.person = person;
    this.door = door;
    this.sessionId = signedIn.session.id;
    this.#password = password;
    this.#socket = connect(url, person, signedIn.token);
    this.#transport = pageSocketTransport(this.#socket as Socket);
    this.#queue = createQueue({
      send: async (batch) => {
        const answer = await this.#transport.send(batch);
        if (answer === 'accepted') this.#lastSent = batch;
        return answer;
      },
      now: () => this.#transport.now(),
      nextSeq: () => this.#transport.nextSeq?.() ?? 0,
    });
    this.#socket.on('connection_response', () => {
      this.#socket.emit('join_user_room', {});
      this.#queue.wake();
    });
    this.#socket.on('risk_score_update', (score) => {
      if (score.session_id === this.sessionId) this.#tell((each) => each.onScore?.(score));
    });
    this.#socket.on('notification', ({ kind, body, session_id }) => {
      if (kind === 'step_up_required' && session_id === this.sessionId) {
        this.#tell((each) => each.onStepUp?.(body));
      }
    });
    this.#socket.on('session_terminated', ({ reason }: Ended) => this.#end(reason));
  }

  /** Signs in and resolves when the socket is greeted. */
  static async begin(url: string, person: Person, credential: Credential): Promise<Visit> {
    const door = new Door({
      url,
      from: person.address,
      userAgent: person.userAgent,
    });
    const signedIn = await door.call('POST /api/v1/auth/login', {
      body: {
        email: person.email,
        password: credential.password,
        device: {
          fingerprint: credential.fingerprint,
          platform: person.platform,
          screen: person.screen,
          languages: ['en'],
        },
      },
    });
    door.token = signedIn.token;
    const visit = new Visit(url, person, credential, door, signedIn);
    await visit.#greeted();
    return visit;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Server time, epoch milliseconds. */
  now(): number {
    return this.#transport.now();
  }

  deliver(batch: MeasuredBatch): void {
    this.#queue.push(batch);
  }

  /** Resolves when everything that was handed over is delivered. */
  delivered(): Promise<void> {
    return this.#queue.idle();
  }

  pending(): number {
    return this.#queue.stats().queued;
  }

  refused(): number {
    return this.#queue.stats().refused;
  }

  /** Proves again who it is, as the owner of the password can. */
  async stepUp(): Promise<void> {
    await this.door.call('POST /api/v1/step-up', {
      body: { method: 'password', password: this.#password },
    });
  }

  /** Sends the last batch once more under a new number, as whoever copied it from the wire would. */
  replayLast(): Promise<Ack<unknown> | undefined> {
    const copied = this.#lastSent;
    if (!copied) return Promise.resolve(undefined);
    const batch = { ...copied, seq: copied.seq + 300 };
    return new Promise((resolve) => {
      const timeout = setTimeout(() => resolve(undefined), 10_000);
      this.#socket.emit('behavioral_data', batch, (answer) => {
        clearTimeout(timeout);
        resolve(answer);
      });
    });
  }

  async signOut(): Promise<void> {
    this.#close();
    if (!this.#ended) await this.door.call('POST /api/v1/auth/logout', {});
    this.#ended = true;
  }

  /** Leaves without signing out, as when a lid is closed. */
  #close(): void {
    this.#queue.stop();
    this.#transport.close?.();
    this.#socket.disconnect();
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#close();
    this.#tell((each) => each.onEnded?.(reason));
  }

  #tell(say: (listener: VisitListener) => void): void {
    for (const listener of this.listeners) say(listener);
  }

  #greeted(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        this.#close();
        reject(new Error(`${this.person.name} was not greeted by the socket within 15 s`));
      }, 15_000);
      this.#socket.once('connection_response', () => {
        clearTimeout(timeout);
        resolve();
      });
    });
  }
}

function connect(
  url: string,
  { address }: Person,
  token: string,
): Socket<ServerToClient, ClientToServer> {
  const home = address ? new URL(url.replace('//localhost', '//127.0.0.1')) : new URL(url);
  return io(home.href, {
    transports: ['websocket'],
    auth: { token },
    forceNew: true,
    // The types know the browser's option only; Node's client hands an http.Agent on to `ws`.
    ...(address ? { agent: new Agent({ localAddress: address }) as unknown as string } : {}),
  });
}
