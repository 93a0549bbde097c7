// The cache: kinds with their time to live, declared once. Keys are versioned, loads are stampede-safe.

/** Seconds that each kind of value lives. */
export const CACHE_TTL_SECONDS = {
  behavioral_model: 3600,
  context_score: 300,
  threat_prediction: 1800,
  session: 3600,
  device_profile: 7200,
  policy_performance: 1800,
} as const;

export type CacheKind = keyof typeof CACHE_TTL_SECONDS;

export interface CacheState {
  total_keys: number;
  used_memory: number;
  kinds: { kind: string; ttl_seconds: number; hits: number; misses: number }[];
}

export interface Cache {
  /** The cached value, or what `load` answers, loaded once however many ask at the same time. */
  through<T>(kind: CacheKind, key: string, load: () => Promise<T>): Promise<T>;
  /** Keeps a value that is known already. */
  put(kind: CacheKind, key: string, value: unknown): Promise<void>;
  /** The cached value, or null. */
  peek<T>(kind: CacheKind, key: string): Promise<T | null>;
  drop(kind: CacheKind, key: string): Promise<void>;
  state(): Promise<CacheState>;
}
