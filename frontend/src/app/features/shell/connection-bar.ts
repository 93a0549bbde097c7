// Says when the live connection is away or silent: visible, harmless, and gone by itself.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  signal,
} from '@angular/core';
import { Realtime } from '../../core/socket';
import { Icon } from '../../ui/icon';

/** A cut that heals sooner is not worth a word. */
const PATIENCE_MS = 1_500;

@Component({
  selector: 'vt-connection-bar',
  imports: [Icon],
  template: `
    @if (words(); as words) {
      <div role="status">
        <vt-icon name="offline" />
        <b>{{ words }}</b>
        <span>
          What you see is the last that arrived. Nothing is lost: your own measurements are kept and
          sent when the connection is back.
        </span>
      </div>
    }
  `,
  styles: `
    div {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 10px;
      padding: 8px 20px;
      background: var(--medium-wash);
      font-size: var(--text-s);
    }
    vt-icon {
      color: var(--medium);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ConnectionBar {
  private readonly realtime = inject(Realtime);
  private readonly patient = signal(true);
  protected readonly words = computed(() => {
    const state = this.realtime.state();
    if (state === 'silent') return 'Not live: the server has been silent for ten seconds.';
    return state === 'reconnecting' && !this.patient() ? 'Reconnecting …' : undefined;
  });

  constructor() {
    effect((onCleanup) => {
      this.patient.set(true);
      if (this.realtime.state() !== 'reconnecting') return;
      const timer = setTimeout(() => this.patient.set(false), PATIENCE_MS);
      onCleanup(() => clearTimeout(timer));
    });
  }
}
