// What the host of the embedded engine answers by itself, before a command reaches the engine.
/** A reply to send in the engine's place. */
export interface Refusal {
  readonly ok: 0 | 1;
  readonly errmsg?: string;
  readonly code?: number;
  readonly codeName?: string;
}

/** The engine has no sessions, and these crash it. */
const SESSION_COMMANDS = new Set([
  'startSession',
  'killSessions',
  'killAllSessions',
  'killAllSessionsByPattern',
  'refreshSessions',
]);

/** What makes the journal grow. Dropping stays allowed: it is the way out. */
const WRITE_COMMANDS = new Set([
  'insert',
  'update',
  'delete',
  'findAndModify',
  'findandmodify',
  'bulkWrite',
  'create',
  'createIndexes',
  'collMod',
  'renameCollection',
  'mapReduce',
]);

/** Undefined when the engine may have the command. */
export function refuse(name: string, message: Buffer, diskFull: string | undefined) {
  if (name === 'endSessions') return { ok: 1 } satisfies Refusal;
  if (SESSION_COMMANDS.has(name)) {
    return {
      ok: 0,
      errmsg: `no such command: '${name}': the embedded engine has no sessions`,
      code: 59,
      codeName: 'CommandNotFound',
    } satisfies Refusal;
  }
  if (diskFull !== undefined && writes(name, message)) {
    return { ok: 0, errmsg: diskFull, code: 14031, codeName: 'OutOfDiskSpace' } satisfies Refusal;
  }
  return undefined;
}

function writes(name: string, message: Buffer): boolean {
  if (WRITE_COMMANDS.has(name)) return true;
  // A pipeline that names $out or $merge anywhere is taken for one that writes.
  return name === 'aggregate' && (message.includes('$out\0') || message.includes('$merge\0'));
}
