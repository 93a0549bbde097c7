// What was said lately, by room: the newest event of each key, so that whoever comes back gets what no newer one replaced.
import { compareEventIds, isAfter } from './event-id';
import type { Said } from './said';

interface Kept {
  said: Said;
  rooms: readonly string[];
}

export class Recall {
  /** In the order of their ids. */
  private readonly byKey = new Map<string, Kept>();
  private readonly byRoom = new Map<string, Map<string, Said>>();
  private forgotten: string;
  private newest: string;

  /** `before`: nothing up to this id is known. Ids must come in their order. */
  constructor(
    private readonly limits: { entries: number; ageMs: number },
    before = '0-0',
  ) {
    this.forgotten = before;
    this.newest = before;
  }

  get size(): number {
    return this.byKey.size;
  }

  /** Id of the last event that was put. */
  get position(): string {
    return this.newest;
  }

  put(said: Said, rooms: readonly string[]): void {
    this.remove(said.key);
    this.byKey.set(said.key, { said, rooms });
    for (const room of rooms) {
      let inRoom = this.byRoom.get(room);
      if (!inRoom) this.byRoom.set(room, (inRoom = new Map<string, Said>()));
      inRoom.set(said.key, said);
    }
    this.newest = said.id;
    this.forget(Number.parseInt(said.id, 10) - this.limits.ageMs);
  }

  /** What was said in any of the rooms after an id, oldest first; `complete` unless some of it may be forgotten. */
  since(id: string, rooms: Iterable<string>): { said: Said[]; complete: boolean } {
    const found = new Map<string, Said>();
    for (const room of rooms) {
      for (const [key, said] of this.byRoom.get(room) ?? []) {
        if (isAfter(said.id, id)) found.set(key, said);
      }
    }
    return {
      said: [...found.values()].sort((a, b) => compareEventIds(a.id, b.id)),
      complete: !isAfter(this.forgotten, id),
    };
  }

  private forget(beforeMs: number): void {
    for (const [key, { said }] of this.byKey) {
      const old = Number.parseInt(said.id, 10) < beforeMs;
      if (!old && this.byKey.size <= this.limits.entries) return;
      this.remove(key);
      this.forgotten = said.id;
    }
  }

  private remove(key: string): void {
    const kept = this.byKey.get(key);
    if (!kept) return;
    this.byKey.delete(key);
    for (const room of kept.rooms) {
      const inRoom = this.byRoom.get(room);
      inRoom?.delete(key);
      if (inRoom?.size === 0) this.byRoom.delete(room);
    }
  }
}
