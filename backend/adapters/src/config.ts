// The whole configuration: one schema over the environment, parsed once at start. Secrets have no default.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // RangeError is how Intl says that it knows no such zone.
  }
}

export const ConfigSchema = z.object({
  /** Roles of this process, by comma: http, pipeline (server), worker, scheduler (jobs). */
  ROLES: list
    .pipe(z.array(z.enum(['http', 'pipeline', 'worker', 'scheduler'])).min(1))
    .default(['http', 'pipeline']),
  /** The one public port: client, API and sockets. */
  PORT: count(1, 65_535).default(5000),
  /** Address that the port is bound to. */
  HOST: z.string().default('0.0.0.0'),
  /** Address of this installation as browsers see it. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Certificate of the port in PEM; with its key the port speaks HTTPS and WSS. */
  TLS_CERT_FILE: z.string().optional(),
  /** Private key of the certificate in PEM, without a passphrase. */
  TLS_KEY_FILE: z.string().optional(),
  /** Everything that Verity keeps in files. */
  DATA_DIR: z.string().default('./data'),
  /** Folder of the built client; without it only API and sockets answer. */
  CLIENT_DIR: z.string().optional(),
  /** The built browser collector. */
  COLLECTOR_FILE: z.string().optional(),
  /** Folder of the built verifier: verify.js and verify.html. */
  VERIFIER_DIR: z.string().optional(),

  /** MongoDB, e.g. mongodb://host/verity?replicaSet=rs0. */
  MONGODB_URL: z.string().regex(/^mongodb(\+srv)?:\/\//, 'must be a mongodb:// URL'),
  /** Redis, e.g. redis://:password@host:6379/0. Or REDIS_HOST and its companions. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/|^\//, 'must be a redis:// URL or the path of a socket')
    .optional(),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: count(1, 65_535).default(6379),
  REDIS_DB: count(0, 15).default(0),
  REDIS_PASSWORD: z.string().default(''),
  /** Prefix of every Redis key, so that installations can share a server. */
  REDIS_PREFIX: z.string().max(50).default(''),

  /** RabbitMQ, e.g. amqp://user:password@host:5672. */
  RABBITMQ_URL: z.string().regex(/^amqps?:\/\//, 'must be an amqp:// URL'),
  /** Prefix of every queue and exchange, so that installations can share a broker. */
  RABBITMQ_PREFIX: z.string().max(50).default(''),

  /** Details of an audit record that are longer go to IPFS, encrypted; bytes. */
  EVIDENCE_ABOVE_BYTES: count(256, 65_536).default(4_096),

  /** 32 bytes in hex. Seals signing keys and authenticator secrets; made at first start on one machine. */
  MASTER_KEY: z.string().regex(/^[0-9a-f]{64}$/, 'must be 32 bytes in lower-case hex'),

  /** `invite`: admins invite people. `open`: anybody may register. */
  REGISTRATION: z.enum(['invite', 'open']).default('invite'),
  /** Hours that a session lives at most. */
  SESSION_HOURS: count(1, 168).default(12),
  /** Minutes without a sign of life after which a session expires. */
  SESSION_IDLE_MINUTES: count(1, 1440).default(60),
  /** Minutes that an access token is valid. */
  ACCESS_TOKEN_MINUTES: count(1, 60).default(60),
  /** Days after which a new signing key takes over. */
  SIGNING_KEY_DAYS: count(1, 365).default(30),
  /** Proxies in front whose X-Forwarded-For is believed: a number of hops, or addresses by comma. */
  TRUSTED_PROXIES: z.string().default(''),
  /** Origins whose pages may open sockets and call the API with a token, by comma. */
  WEBSOCKET_CORS_ALLOWED_ORIGINS: list.default([]),

  /** Sites and their networks, e.g. plant-a=10.1.0.0/16 10.2.0.0/16; plant-b=2001:db8:b::/48. */
  FACILITIES: z.string().max(20_000).default(''),
  /** CSV file of networks with latitude and longitude; without it no journey is judged. */
  LOCATION_FILE: z.string().optional(),

  /** `allow`: webhooks may go to http addresses, to private networks and to this machine. */
  WEBHOOKS_TO_PRIVATE: z.enum(['refuse', 'allow']).default('refuse'),
  /** Hours for which a webhook delivery that fails is tried again. */
  WEBHOOK_RETRY_HOURS: count(1, 168).default(24),
  /** Days that webhook deliveries are kept. */
  WEBHOOK_LOG_DAYS: count(1, 365).default(30),

  /** Entries that each stream keeps after every group has acknowledged them. */
  STREAM_RETENTION: count(1000, 10_000_000).default(100_000),
  /** Entries in a stream above which producers are refused (back-pressure). */
  STREAM_CAP: count(1000, 50_000_000).default(1_000_000),
  /** Failed deliveries after which a message becomes a dead letter. */
  STREAM_RETRIES: count(0, 20).default(3),
  /** Minutes within which the same timings from one person are taken for a replay. */
  REPLAY_MEMORY_MINUTES: count(1, 1440).default(120),
  /** Days that scores are kept. */
  RISK_RETENTION_DAYS: count(1, 3650).default(30),
  /** Days that behaviour windows are kept. */
  BEHAVIOUR_RETENTION_DAYS: count(1, 3650).default(90),
  /** Days that ended sessions are kept. */
  SESSION_RETENTION_DAYS: count(1, 3650).default(365),

  /** Jobs of one queue that a worker process runs at once. */
  JOB_CONCURRENCY: count(1, 1000).default(4),
  /** Worker threads of a worker process, for tasks that are heavy on the processor; 0: one less than there are processors. */
  JOB_THREADS: count(0, 64).default(0),
  /** Days that ended jobs are kept in history. */
  JOB_HISTORY_DAYS: count(1, 3650).default(30),
  /** Time zone of the schedules, e.g. Europe/Berlin. */
  JOB_TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be a time zone of the IANA database, e.g. Europe/Berlin')
    .default('UTC'),

  /** Kubo RPC of the IPFS node that keeps evidence, e.g. http://name:password@host:5001; without one evidence waits. */
  IPFS_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** The same by another name. */
  IPFS_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Days after which audit records go from the index into archive files; the log keeps them for ever. */
  AUDIT_ARCHIVE_DAYS: count(1, 36_500).default(365),

  /** JSON-RPC address of the chain that the audit log is anchored on; started on this machine when left out. */
  CHAIN_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Number of that chain; another one that answers is refused. */
  CHAIN_ID: count(1, Number.MAX_SAFE_INTEGER).optional(),
  /** Address of the contract AuditAnchor; deployed by itself on the local chain (31337). */
  CHAIN_CONTRACT: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, 'must be an address: 0x and 40 hex digits')
    .optional(),
  /** Key of the account that anchors, 32 bytes in hex; made by itself on the local chain. */
  CHAIN_PRIVATE_KEY: z
    .string()
    .regex(/^(0x)?[0-9a-fA-F]{64}$/, 'must be 32 bytes in hex')
    .optional(),
  /** Blocks, its own among them, after which an anchor counts; 1 on the local chain, else 12, when left out. */
  CHAIN_CONFIRMATIONS: count(1, 1_000).optional(),
  /** Most that a transaction may offer for a gas, in gwei. */
  CHAIN_MAX_FEE_GWEI: z.coerce.number().min(0.01).max(1_000_000).default(200),
  /** Page of a transaction in an explorer, with {tx} in the place of its hash, e.g. https://etherscan.io/tx/{tx}. */
  CHAIN_EXPLORER: z
    .url({ protocol: /^https?$/ })
    .refine((url) => decodeURI(url).includes('{tx}'), 'must hold {tx}')
    .optional(),
  /** JSON-RPC address of the same chain that browsers of auditors may use. */
  CHAIN_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Entries of the audit log after which its checkpoint is anchored. */
  ANCHOR_ENTRIES: count(1, 1_000_000).default(1000),
  /** Seconds after which new entries are anchored, however few they are. */
  ANCHOR_SECONDS: count(1, 86_400).default(300),

  /** OpenTelemetry collector that traces are sent to over OTLP/HTTP, e.g. http://collector:4318; none when left out. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** The same for traces alone, with its whole path. */
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** Headers for the collector: key=value by comma. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().default(''),
  /** Name of this installation in traces. */
  OTEL_SERVICE_NAME: z.string().min(1).max(100).default('verity'),
  /** Which traces are recorded: always_on, always_off, traceidratio, or parentbased_ and one of them. */
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  /** Share of traces that a ratio sampler records, 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),

  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
});

export type Config = Omit<z.output<typeof ConfigSchema>, 'REDIS_URL' | 'PUBLIC_URL'> & {
  REDIS_URL: string;
  PUBLIC_URL: string;
};

/** Values that stand in examples and must never protect anything. */
const KNOWN_SECRETS = new Set(['0'.repeat(64), 'f'.repeat(64), '0123456789abcdef'.repeat(4)]);

/**
 * Reads the configuration. Empty variables count as absent. Throws `invalid-input` that names every variable
 * which does not fit (never its value).
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = ConfigSchema.safeParse(given);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => ({
      path: String(issue.path[0] ?? ''),
      message: issue.message,
    }));
    throw new Fault(
      'invalid-input',
      `The configuration does not fit: ${issues.map((issue) => `${issue.path} ${issue.message}`).join('; ')}.`,
      { issues, fix: 'Set these environment variables; .env.example explains each.' },
    );
  }
  const config = result.data;
  if (config.NODE_ENV === 'production' && KNOWN_SECRETS.has(config.MASTER_KEY)) {
    throw new Fault('invalid-input', 'MASTER_KEY is a well-known value.', {
      fix: 'Make one with: openssl rand -hex 32',
    });
  }
  if (Boolean(config.TLS_CERT_FILE) !== Boolean(config.TLS_KEY_FILE)) {
    const missing = config.TLS_CERT_FILE ? 'TLS_KEY_FILE' : 'TLS_CERT_FILE';
    throw new Fault('invalid-input', `${missing} is missing.`, {
      fix: 'Name certificate and key, or neither.',
    });
  }
  const scheme = config.TLS_CERT_FILE ? 'https' : 'http';
  return {
    ...config,
    REDIS_URL: config.REDIS_URL ?? redisUrl(config),
    IPFS_URL: config.IPFS_URL ?? config.IPFS_API_URL,
    PUBLIC_URL: (config.PUBLIC_URL ?? `${scheme}://localhost:${config.PORT}`).replace(/\/+$/, ''),
  };
}

function redisUrl(config: z.output<typeof ConfigSchema>): string {
  if (!config.REDIS_HOST) {
    throw new Fault('invalid-input', 'REDIS_URL is missing (or REDIS_HOST).', {
      fix: 'Name a Redis server, or start with npm start, which brings one.',
    });
  }
  const secret = config.REDIS_PASSWORD ? `:${encodeURIComponent(config.REDIS_PASSWORD)}@` : '';
  return `redis://${secret}${config.REDIS_HOST}:${config.REDIS_PORT}/${config.REDIS_DB}`;
}
