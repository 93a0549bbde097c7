// What a part of the stack is: a server that the platform needs and speaks to over a URL.
// A new one (a broker, a chain, a file store) is one file that declares a Part, listed in parts.ts.
import type { ChildSpec } from './supervise';

/** Where a part that we start keeps its things. */
export interface PartHome {
  /** Data that must survive, mode 0700. */
  readonly data: string;
  /** Sockets: short enough for a Unix socket path, emptied at stop. */
  readonly sockets: string;
  /** A secret of this name, made at first start. */
  secret(name: string): string;
}

export interface Launch {
  /** What clients connect to. */
  readonly url: string;
  readonly child: Omit<ChildSpec, 'name'>;
}

/** A way to start a part: the program found on this machine. */
export interface Found {
  /** Told to the user: `redis-server on the PATH`. */
  readonly source: string;
  launch(home: PartHome): Promise<Launch>;
}

export interface Part {
  /** Names its folder, log and pid file. */
  readonly name: string;
  readonly title: string;
  /** The environment variable that carries its URL to the platform. */
  readonly variable: string;
  /** The URL that the environment names, so that nothing is started. */
  named(env: NodeJS.ProcessEnv): string | undefined;
  /** What this machine has to start it. */
  find(): Promise<Found | undefined>;
  /** The Debian package that brings the program. */
  readonly debianPackage?: string;
  /** The service that stands for it in docker-compose.yml. */
  readonly composeService: string;
  /** Asks the server behind `url` for its version; rejects when it does not answer. */
  probe(url: string): Promise<string>;
}
