// What would change the own score now, computed by the server each time that it is asked.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  effect,
  inject,
  input,
} from '@angular/core';
import { Api } from '../../core/api';
import { query } from '../../core/query';
import { Empty } from '../../ui/empty';
import { Pending } from '../../ui/pending';
import { WhatIfs } from '../../ui/what-ifs';

/** As often as a score may be asked about, however often it changes. */
const AGAIN_MS = 5_000;

@Component({
  selector: 'vt-what-if-card',
  imports: [Empty, Pending, WhatIfs],
  template: `
    <section class="card" aria-labelledby="what-if-title">
      <header><h2 id="what-if-title">What would change it</h2></header>
      <vt-pending [query]="found" [rows]="3" />
      @if (found.value(); as one) {
        <div class="body">
          @if (one.risk_score !== null) {
            <vt-what-ifs [items]="one.what_ifs" [from]="one.risk_score" />
          } @else {
            <vt-empty icon="pulse" title="No score yet">
              It comes with your first seconds of typing or movement.
            </vt-empty>
          }
        </div>
      }
    </section>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class WhatIfCard {
  /** The score as the page knows it; another one is worth asking again. */
  readonly score = input<number>();
  private readonly api = inject(Api);
  protected readonly found = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/me/risk/what-if', { signal }),
  );
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect(() => {
      this.score();
      this.waiting ??= setTimeout(() => {
        this.waiting = undefined;
        if (!document.hidden) void this.found.reload();
      }, AGAIN_MS);
    });
    inject(DestroyRef).onDestroy(() => clearTimeout(this.waiting));
  }
}
