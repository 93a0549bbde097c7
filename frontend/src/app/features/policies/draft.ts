// The draft of a policy: what it was made from, its changes with undo, and the copy on this device that survives a reload.
import { computed, signal } from '@angular/core';
import type { Policy, PolicyDraft } from '../../core/wire';
import { rebase } from './rebase';

const KEY = 'verity.policy-draft';
const MOST_UNDONE = 100;

interface Kept {
  basedOn: number;
  base: PolicyDraft;
  draft: PolicyDraft;
}

export const draftOf = ({ rules, hysteresis, resources }: PolicyDraft): PolicyDraft => ({
  rules,
  hysteresis,
  resources,
});

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export class Draft {
  private readonly kept = signal<Kept | undefined>(undefined);
  private readonly past = signal<readonly PolicyDraft[]>([]);
  /** Rules that both this draft and another version changed; this draft's were kept. */
  readonly clashes = signal<readonly string[]>([]);
  readonly value = computed(() => this.kept()?.draft);
  readonly basedOn = computed(() => this.kept()?.basedOn);
  /** Ids of the rules of the version that it was made from. */
  readonly onRecord = computed(() => this.kept()?.base.rules.map(({ id }) => id) ?? []);
  readonly dirty = computed(() => !same(this.kept()?.draft, this.kept()?.base));
  readonly undoable = computed(() => this.past().length > 0);
  /** It was found on this device, from before. */
  readonly resumed = signal(false);

  /** Begins from the version in force, or goes on with what this device has kept. */
  begin(current: Policy): void {
    if (this.kept() && this.dirty()) return;
    const found = this.kept() ? undefined : remembered();
    if (found && !same(found.draft, found.base)) {
      this.resumed.set(true);
      this.kept.set(found);
      return;
    }
    this.discard(current);
  }

  change(change: (draft: PolicyDraft) => PolicyDraft): void {
    const kept = this.kept();
    if (!kept) return;
    const draft = change(kept.draft);
    if (same(draft, kept.draft)) return;
    this.past.update((past) => [...past, kept.draft].slice(-MOST_UNDONE));
    this.keep({ ...kept, draft });
  }

  undo(): void {
    const [kept, before] = [this.kept(), this.past().at(-1)];
    if (!kept || !before) return;
    this.past.update((past) => past.slice(0, -1));
    this.keep({ ...kept, draft: before });
  }

  /** Puts the changes of this draft on top of another version. */
  rebase(current: Policy): void {
    const kept = this.kept();
    if (!kept) return;
    const { draft, clashes } = rebase(kept.base, kept.draft, draftOf(current));
    this.past.set([]);
    this.clashes.set(clashes);
    this.keep({ basedOn: current.version, base: draftOf(current), draft });
  }

  discard(current: Policy): void {
    localStorage.removeItem(KEY);
    this.past.set([]);
    this.clashes.set([]);
    this.resumed.set(false);
    this.kept.set({ basedOn: current.version, base: draftOf(current), draft: draftOf(current) });
  }

  private keep(kept: Kept): void {
    this.kept.set(kept);
    localStorage.setItem(KEY, JSON.stringify(kept));
  }
}

/** The draft that this device keeps, when it says anything new. */
export function draftOnDevice(): PolicyDraft | undefined {
  const kept = remembered();
  return kept && !same(kept.draft, kept.base) ? kept.draft : undefined;
}

/** Puts a draft made from a version where the editor will find it. */
export function putOnDevice(base: Policy, draft: PolicyDraft): void {
  const kept: Kept = { basedOn: base.version, base: draftOf(base), draft: draftOf(draft) };
  localStorage.setItem(KEY, JSON.stringify(kept));
}

function remembered(): Kept | undefined {
  const text = localStorage.getItem(KEY);
  if (!text) return undefined;
  try {
    const kept = JSON.parse(text) as Kept;
    return Array.isArray(kept.draft?.rules) && Array.isArray(kept.base?.rules) ? kept : undefined;
  } catch {
    // Not written by us: begin anew.
    return undefined;
  }
}
