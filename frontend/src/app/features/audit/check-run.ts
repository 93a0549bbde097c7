// A run over receipts: one after the other, stopped at will, what was found kept in order.
import { DestroyRef, Injectable, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { toApiError } from '../../core/api-error';
import type { ReceiptReport } from '../../core/wire';
import { type Known, LocalVerifier } from './local-verifier';
import { type GivenReceipt, LONGEST_RECEIPT, MOST_RECEIPTS } from './receipt-files';

export interface Checked {
  name: string;
  report: ReceiptReport | undefined;
  blocked: readonly string[];
  /** Who checked it, in a sentence. */
  by: string;
  /** Why it could not be checked at all. */
  error: string;
}

/** The server takes 120 in a minute; what is above waits. */
const BETWEEN_MS = 500;
const FEW = 60;

@Injectable()
export class CheckRun {
  private readonly api = inject(Api);
  private readonly verifier = inject(LocalVerifier);
  private round = 0;
  readonly total = signal(0);
  readonly going = signal(false);
  readonly results = signal<readonly Checked[]>([]);
  /** Why not all of them are checked. */
  readonly cut = signal('');
  readonly counts = computed(() => {
    const count = { proven: 0, consistent: 0, broken: 0, unread: 0 };
    for (const { report } of this.results()) count[report?.verdict ?? 'unread']++;
    return count;
  });

  constructor() {
    inject(DestroyRef).onDestroy(() => this.stop());
  }

  stop(): void {
    this.round++;
    this.going.set(false);
  }

  forget(): void {
    this.stop();
    this.results.set([]);
    this.total.set(0);
    this.cut.set('');
  }

  async start(
    given: readonly GivenReceipt[],
    by: 'browser' | 'server',
    known: Known,
  ): Promise<void> {
    this.forget();
    const round = this.round;
    const taken = given.slice(0, MOST_RECEIPTS);
    if (taken.length < given.length) {
      this.cut.set(
        `The first ${MOST_RECEIPTS} of ${given.length} are checked here. verity-verify on the command line takes them all.`,
      );
    }
    this.total.set(taken.length);
    this.going.set(true);
    for (const receipt of taken) {
      const found = await this.one(receipt, by, known);
      if (round !== this.round) return;
      this.results.update((all) => [...all, found]);
      if (by === 'server' && taken.length > FEW) await pause(BETWEEN_MS);
    }
    this.going.set(false);
  }

  private async one(
    { name, text }: GivenReceipt,
    by: 'browser' | 'server',
    known: Known,
  ): Promise<Checked> {
    try {
      if (by === 'browser') {
        const { report, blocked } = await this.verifier.check(text, known);
        const asked = known.rpc
          ? `Checked by this browser, which asked the chain at ${known.rpc}.`
          : 'Checked by this browser; without an address of the chain the anchor is not checked.';
        return { name, report, blocked, by: asked, error: '' };
      }
      if (text.length > LONGEST_RECEIPT) {
        const error = 'It is longer than the server takes: let the browser check it.';
        return { name, report: undefined, blocked: [], by: '', error };
      }
      const report = await this.api.call('POST /api/v1/audit/receipts', {
        body: { receipt: text },
      });
      const asked = 'Checked by the server, against its own log and chain.';
      return { name, report, blocked: [], by: asked, error: '' };
    } catch (cause) {
      const error = by === 'server' ? toApiError(cause).problem.detail : String(cause);
      return { name, report: undefined, blocked: [], by: '', error };
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
