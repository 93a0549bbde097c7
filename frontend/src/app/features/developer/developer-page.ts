// For developers: put the collector into a page, try it here, call the API.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { type MeasuredBatch, Telemetry } from '../../core/telemetry';
import { urlState } from '../../core/url-state';
import { Icon } from '../../ui/icon';
import { Rhythm } from '../../ui/rhythm';
import { Value } from '../../ui/value';
import { snippetsFor } from './application-snippets';
import { CallCard } from './call-card';
import { Snippet } from './snippet';

@Component({
  selector: 'vt-developer-page',
  imports: [CallCard, Icon, Rhythm, RouterLink, Snippet, Value],
  templateUrl: './developer-page.html',
  styles: `
    .batch {
      max-height: 300px;
      overflow: auto;
      padding: 12px;
      border-radius: var(--radius-s);
      background: var(--sunken);
      font-size: var(--text-xs);
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
    ol {
      display: grid;
      gap: 10px;
      padding-left: 20px;
      list-style: decimal;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DeveloperPage {
  protected readonly telemetry = inject(Telemetry);
  protected readonly realtime = inject(Realtime);
  protected readonly admin = computed(() => this.identity.user()?.role === 'admin');
  protected readonly batch = signal<MeasuredBatch | undefined>(undefined);
  protected readonly json = computed(() => {
    const batch = this.batch();
    return batch && JSON.stringify(batch).replaceAll(/,"(?=[a-zA-Z_]+":)/g, ',\n "');
  });
  protected readonly tag = `<script
  type="module"
  src="${location.origin}/collector.js"
  data-token-from="/verity-token"
></script>`;
  protected readonly module = `import { startCollector } from '${location.origin}/collector.js';

const collector = startCollector({
  url: '${location.origin}',
  getToken: async () => (await (await fetch('/verity-token')).json()).token,
  onState: (state, reason) => console.log(state, reason),
});

// later: await collector.flush(); collector.stop();`;
  /** The application whose values the snippets carry; in the address. */
  readonly application = input<string>();
  private readonly identity = inject(Identity);
  private readonly api = inject(Api);
  protected readonly setUrl = urlState();
  protected readonly applications = query(
    () => (this.admin() ? {} : undefined),
    async (_, signal) => (await this.api.call('GET /api/v1/applications', { signal })).items,
  );
  protected readonly chosen = computed(() => {
    const all = this.applications.value() ?? [];
    return all.find(({ id }) => id === this.application()) ?? all[0];
  });
  protected readonly snippets = computed(() =>
    snippetsFor(location.origin, this.chosen()?.origins[0]),
  );

  constructor() {
    inject(DestroyRef).onDestroy(this.telemetry.watch((batch) => this.batch.set(batch)));
  }
}
