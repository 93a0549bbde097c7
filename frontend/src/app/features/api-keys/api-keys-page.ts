// API keys of programs that read or report: made with scopes and an end, shown once, revoked at once.
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { Clock } from '../../core/clock';
import { plural } from '../../core/format';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { ApiKey, Scope } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { Empty } from '../../ui/empty';
import { KeyForm, type KeyWish } from '../../ui/key-form';
import { KeyLine, keyWorks } from '../../ui/key-line';
import { Pending } from '../../ui/pending';
import { ShownOnce } from '../../ui/shown-once';

const SCOPES = {
  'sessions:read': 'sessions and decisions',
  'risk:read': 'scores with their contributions',
  'alerts:read': 'alerts with their evidence',
  'policy:read': 'the policy in force',
  'audit:read': 'audit records',
  'metrics:read': 'metrics for Prometheus',
  'network:read': 'traffic of facilities',
  'network:write': 'send measured traffic (sensors)',
  'attacks:write': 'send attacks that were seen (sensors)',
} as const satisfies Partial<Record<Scope, string>>;
type KeyScope = keyof typeof SCOPES;

@Component({
  selector: 'vt-api-keys-page',
  imports: [Empty, KeyForm, KeyLine, Pending, RouterLink],
  templateUrl: './api-keys-page.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ApiKeysPage {
  private readonly api = inject(Api);
  private readonly clock = inject(Clock);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  private readonly shownOnce = inject(ShownOnce);
  protected readonly scopeWords = SCOPES;
  protected readonly keys = query(
    () => ({}),
    async (_, signal) => (await this.api.call('GET /api/v1/api-keys', { signal })).items,
  );
  protected readonly answer = computed(() => {
    const working = (this.keys.value() ?? []).filter((key) => keyWorks(key, this.clock.now()));
    if (!this.keys.value()) return 'API keys';
    return working.length
      ? `${plural(working.length, 'API key')} in force`
      : 'No API key is in force';
  });

  protected readonly make = async (body: KeyWish<KeyScope>): Promise<void> => {
    const made = await this.api.call('POST /api/v1/api-keys', { body });
    this.shownOnce.show({
      title: `The key of ${body.name}`,
      advice: 'Give it to the program that calls: it sends “Authorization: ApiKey …”.',
      what: 'API key',
      value: made.key,
    });
    this.keys.update((all) => [made.api_key, ...all]);
  };

  protected async revoke({ id, name }: ApiKey): Promise<void> {
    const consent = await this.confirm.ask({
      title: `Revoke the key of ${name}?`,
      consequence:
        'The application that holds it is refused from this moment on. A revoked key cannot be brought back.',
      confirm: 'Revoke',
      danger: true,
    });
    if (!consent) return;
    try {
      await this.api.call('DELETE /api/v1/api-keys/:id', { params: { id } });
      await this.keys.reload();
    } catch (error) {
      this.toasts.fail('The key still works.', error);
    }
  }
}
