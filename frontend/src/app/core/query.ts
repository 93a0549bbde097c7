// What a page reads: a value that follows its parameters, keeps the old one while it reads again, and names its failure.
import {
  type Signal,
  DestroyRef,
  computed,
  effect,
  inject,
  signal,
  untracked,
} from '@angular/core';
import { type ClientProblem, isAbort, toApiError } from './api-error';
import { Identity } from './identity';

/** The part of a query that a component may show. */
export interface ReadQuery<T> {
  readonly value: Signal<T | undefined>;
  readonly problem: Signal<ClientProblem | undefined>;
  readonly loading: Signal<boolean>;
  reload(): Promise<void>;
}

export interface Query<T> extends ReadQuery<T> {
  /** Puts in place what is already known, e.g. the reply to a change. */
  set(value: T): void;
  update(change: (value: T) => T): void;
}

/** Runs `load` now, whenever the signals that `params` reads change, and when rights change. */
export function query<P, T>(
  params: () => P | undefined,
  load: (params: P, signal: AbortSignal) => Promise<T>,
): Query<T> {
  const identity = inject(Identity);
  const value = signal<T | undefined>(undefined);
  const problem = signal<ClientProblem | undefined>(undefined);
  const loading = signal(true);
  let running: AbortController | undefined;

  const run = async (given: P | undefined): Promise<void> => {
    running?.abort();
    if (given === undefined) return;
    const controller = (running = new AbortController());
    loading.set(true);
    try {
      const answer = await load(given, controller.signal);
      if (controller.signal.aborted) return;
      value.set(answer);
      problem.set(undefined);
    } catch (error) {
      if (controller.signal.aborted || isAbort(error)) return;
      problem.set(toApiError(error).problem);
    }
    loading.set(false);
  };

  effect(() => {
    identity.epoch();
    const given = params();
    untracked(() => void run(given));
  });
  inject(DestroyRef).onDestroy(() => running?.abort());

  return {
    value: value.asReadonly(),
    problem: problem.asReadonly(),
    loading: loading.asReadonly(),
    reload: () => run(untracked(params)),
    set: (next) => value.set(next),
    update: (change) => value.update((now) => (now === undefined ? now : change(now))),
  };
}

interface Page<T> {
  items: T[];
  next_cursor: string | null;
  total: number;
}

export interface ListQuery<T> extends Query<Page<T>> {
  readonly more: Signal<boolean>;
  readonly loadingMore: Signal<boolean>;
  /** Why the next page could not be read; what is there stays. */
  readonly moreProblem: Signal<ClientProblem | undefined>;
  loadMore(): Promise<void>;
}

/** A list that is read page by page by its cursor. */
export function listQuery<P, T>(
  params: () => P | undefined,
  load: (params: P, cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
): ListQuery<T> {
  const first = query(params, (given, abort) => load(given, undefined, abort));
  const loadingMore = signal(false);
  const moreProblem = signal<ClientProblem | undefined>(undefined);

  return {
    ...first,
    more: computed(() => Boolean(first.value()?.next_cursor)),
    loadingMore: loadingMore.asReadonly(),
    moreProblem: moreProblem.asReadonly(),
    async loadMore() {
      const page = untracked(first.value);
      const given = untracked(params);
      if (!page?.next_cursor || given === undefined || untracked(loadingMore)) return;
      loadingMore.set(true);
      try {
        const next = await load(given, page.next_cursor, new AbortController().signal);
        moreProblem.set(undefined);
        // The filter may have changed meanwhile: then what came belongs to another list.
        first.update((now) =>
          now.next_cursor === page.next_cursor
            ? { ...next, items: [...now.items, ...next.items] }
            : now,
        );
      } catch (error) {
        moreProblem.set(toApiError(error).problem);
      }
      loadingMore.set(false);
    },
  };
}
