// System: is the platform well; each dependency, sockets, cache, bus, telemetry, read again every few seconds.
import { ChangeDetectionStrategy, Component, DestroyRef, computed, inject } from '@angular/core';
import { Api } from '../../core/api';
import { bytes, duration, plural, wholeNumber, words } from '../../core/format';
import { query } from '../../core/query';
import { Icon } from '../../ui/icon';
import { partName } from '../../ui/labels';
import { Pending } from '../../ui/pending';

const POLL_MS = 5_000;

@Component({
  selector: 'vt-system-page',
  imports: [Icon, Pending],
  templateUrl: './system-page.html',
  styleUrl: './system-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SystemPage {
  private readonly api = inject(Api);
  protected readonly number = wholeNumber;
  protected readonly bytes = bytes;
  protected readonly duration = duration;
  protected readonly words = words;
  protected readonly partName = partName;
  protected readonly plural = plural;
  protected readonly system = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/system', { signal }),
  );
  protected readonly answer = computed(() => {
    const system = this.system.value();
    if (!system) return 'System';
    const away = system.health.dependencies
      .filter(({ ok }) => !ok)
      .map(({ name }) => partName(name));
    if (away.length) return `${away.join(' and ')} ${away.length === 1 ? 'is' : 'are'} not well`;
    const dead = this.deadLetters();
    return dead
      ? `All parts are well; ${plural(dead, 'dead letter')} to look at`
      : 'All parts are well';
  });
  protected readonly deadLetters = computed(
    () =>
      this.system.value()?.bus.find(({ stream }) => stream === 'stream:dead_letter')?.length ?? 0,
  );
  protected readonly streams = computed(() =>
    (this.system.value()?.bus ?? []).map((stream) => ({
      ...stream,
      name: stream.stream.replace('stream:', ''),
    })),
  );
  protected readonly refusals = computed(() =>
    Object.entries(this.system.value()?.telemetry.refused ?? {}).sort(([, a], [, b]) => b - a),
  );
  protected readonly refused = computed(() =>
    this.refusals().reduce((sum, [, count]) => sum + count, 0),
  );

  constructor() {
    const timer = setInterval(() => {
      if (!document.hidden) void this.system.reload();
    }, POLL_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  /** A long name goes on in the next line behind an underscore, not in the middle of a word. */
  protected readonly breakable = (name: string): string => name.replaceAll('_', '_\u200b');

  protected rate(hits: number, misses: number): string {
    return hits + misses ? `${Math.round((hits / (hits + misses)) * 100)} %` : '–';
  }
}
