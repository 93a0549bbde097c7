// The keys of an application: made with scopes, shown once, rotated with an overlap, revoked at once.
import { ChangeDetectionStrategy, Component, inject, input, output, signal } from '@angular/core';
import { Api } from '../../core/api';
import { Toasts } from '../../core/toasts';
import type { ApiKey, Reply, Request } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { KeyForm, type KeyWish } from '../../ui/key-form';
import { KeyLine } from '../../ui/key-line';
import { ShownOnce } from '../../ui/shown-once';

type KeyScope = Request<'POST /api/v1/applications/:id/keys'>['body']['scopes'][number];

const SCOPES = {
  'sessions:write': 'hand over sessions, proofs and sign-outs',
  'decisions:read': 'ask for decisions',
  'risk:read': 'read scores with their contributions',
  'sessions:read': 'read its sessions',
  'webhooks:manage': 'manage its webhooks',
} as const satisfies Record<KeyScope, string>;

/** What the server of most applications asks for. */
const PROPOSED: Pick<KeyWish<KeyScope>, 'name' | 'scopes'> = {
  name: 'server',
  scopes: ['sessions:write', 'decisions:read', 'risk:read'],
};

const OVERLAP_MINUTES = 24 * 60;

@Component({
  selector: 'vt-keys-card',
  imports: [Empty, Icon, KeyForm, KeyLine],
  template: `
    <section class="card" aria-labelledby="keys-title">
      <header>
        <h2 id="keys-title" class="grow">Keys</h2>
        <button type="button" class="btn" [attr.aria-expanded]="making()" (click)="toggle()">
          <vt-icon name="plus" />Make a key
        </button>
      </header>
      @if (making()) {
        <vt-key-form [words]="words" [proposed]="proposed" [make]="make" />
      }
      <ul class="list">
        @for (key of keys(); track key.id) {
          <li>
            <vt-key-line [key]="key">
              <button type="button" class="btn" (click)="rotate(key)">Rotate</button>
              <button type="button" class="btn danger" (click)="revoke(key)">Revoke</button>
            </vt-key-line>
          </li>
        } @empty {
          <li class="none">
            <vt-empty icon="key" title="No key yet">
              The server of the application calls Verity with a key of its own.
            </vt-empty>
          </li>
        }
      </ul>
    </section>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class KeysCard {
  readonly application = input.required<Reply<'POST /api/v1/applications'>>();
  readonly keys = input.required<ApiKey[]>();
  readonly changed = output();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly shownOnce = inject(ShownOnce);
  private readonly toasts = inject(Toasts);
  protected readonly words = SCOPES;
  protected readonly making = signal(false);
  protected readonly proposed = PROPOSED;

  protected toggle(): void {
    this.making.update((making) => !making);
  }

  protected readonly make = async (body: KeyWish<KeyScope>): Promise<void> => {
    const { id } = this.application();
    const made = await this.api.call('POST /api/v1/applications/:id/keys', {
      params: { id },
      body,
    });
    this.show(made.key);
    this.making.set(false);
    this.changed.emit();
  };

  protected async rotate({ id, name }: ApiKey): Promise<void> {
    const consent = await this.confirm.ask({
      title: `Rotate the key ${name}?`,
      consequence:
        'A new key with the same scopes is made. The old one works for another day, so that nothing stands still while the application takes the new one.',
      confirm: 'Rotate',
    });
    if (!consent) return;
    try {
      const made = await this.api.call('POST /api/v1/applications/:id/keys/:key/rotate', {
        params: { id: this.application().id, key: id },
        body: { overlap_minutes: OVERLAP_MINUTES },
      });
      this.show(made.key);
      this.changed.emit();
    } catch (error) {
      this.toasts.fail('The key is as it was.', error);
    }
  }

  protected async revoke({ id, name }: ApiKey): Promise<void> {
    const consent = await this.confirm.ask({
      title: `Revoke the key ${name}?`,
      consequence:
        'Whoever holds it is refused from this moment on. A revoked key cannot be brought back.',
      confirm: 'Revoke',
      danger: true,
    });
    if (!consent) return;
    try {
      await this.api.call('DELETE /api/v1/api-keys/:id', { params: { id } });
      this.changed.emit();
    } catch (error) {
      this.toasts.fail('The key still works.', error);
    }
  }

  private show(value: string): void {
    this.shownOnce.show({
      title: `A key of ${this.application().name}`,
      advice: 'The server of the application sends it: “Authorization: ApiKey …”.',
      what: 'API key',
      value,
    });
  }
}
