// One application: its keys, origins, webhooks and the log of deliveries.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import { Back } from '../../ui/back';
import { Confirm } from '../../ui/confirm';
import { CopyId } from '../../ui/copy-id';
import { Icon } from '../../ui/icon';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { DeliveriesCard } from './deliveries-card';
import { KeysCard } from './keys-card';
import { OriginsCard } from './origins-card';
import { WebhooksCard } from './webhooks-card';

@Component({
  selector: 'vt-application-page',
  imports: [
    Back,
    CopyId,
    DeliveriesCard,
    Icon,
    KeysCard,
    OriginsCard,
    Pending,
    RouterLink,
    Time,
    WebhooksCard,
  ],
  template: `
    <div class="page">
      <vt-back to="/applications">Applications</vt-back>
      <div class="page-head">
        <h1 class="grow">{{ answer() }}</h1>
        @if (found.value()?.application; as application) {
          <div class="row wrap">
            <a class="btn" routerLink="/developer" [queryParams]="{ application: application.id }">
              <vt-icon name="code" />How to integrate
            </a>
            <button type="button" class="btn danger" (click)="remove()">Remove</button>
          </div>
        }
      </div>
      <vt-pending [query]="found" />
      @if (found.value(); as one) {
        <div class="columns">
          <div class="stack">
            <vt-keys-card [application]="one.application" [keys]="one.keys" (changed)="reload()" />
            <vt-webhooks-card [application]="id()" />
            <vt-deliveries-card [application]="id()" />
          </div>
          <div class="stack">
            <section class="card" aria-labelledby="about-title">
              <header><h2 id="about-title">About</h2></header>
              <dl class="facts body">
                <dt>Handle</dt>
                <dd class="mono">{{ one.application.handle }}</dd>
                <dt>Owner</dt>
                <dd>{{ one.application.owner }}</dd>
                <dt>Since</dt>
                <dd><vt-time [at]="one.application.created_at" /></dd>
                <dt>Id</dt>
                <dd><vt-copy [value]="one.application.id" what="application id" /></dd>
              </dl>
              <footer class="links small">
                <a routerLink="/sessions" [queryParams]="{ q: '@' + one.application.handle }"
                  >Its sessions</a
                >
                <a
                  routerLink="/audit"
                  [queryParams]="{ subject: 'application:' + one.application.id }"
                  >What was done to it</a
                >
              </footer>
            </section>
            <vt-origins-card [application]="one.application" (changed)="reload()" />
          </div>
        </div>
      }
    </div>
  `,
  styles: `
    .links {
      display: flex;
      flex-wrap: wrap;
      gap: 8px 16px;
      padding: 0 var(--pad) var(--pad);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ApplicationPage {
  readonly id = input.required<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  protected readonly found = query(
    () => ({ id: this.id() }),
    (params, signal) => this.api.call('GET /api/v1/applications/:id', { params, signal }),
  );
  protected readonly answer = computed(() => {
    const found = this.found.value();
    if (!found) return 'Application';
    const now = Date.now();
    const working = found.keys.filter((key) => !key.revoked_at && Date.parse(key.expires_at) > now);
    return `${found.application.name}: ${plural(working.length, 'key')} in force`;
  });

  protected reload(): void {
    void this.found.reload();
  }

  protected async remove(): Promise<void> {
    const name = this.found.value()?.application.name ?? 'this application';
    const consent = await this.confirm.ask({
      title: `Remove ${name}?`,
      consequence:
        'Its keys are revoked, its webhooks and their log removed, and every session of its users ends now. It cannot be brought back.',
      confirm: 'Remove',
      danger: true,
      reason: true,
    });
    if (!consent) return;
    try {
      const { sessions_ended: ended } = await this.api.call('DELETE /api/v1/applications/:id', {
        params: { id: this.id() },
        body: { reason: consent.reason },
      });
      this.toasts.say(`${name} was removed; ${plural(ended, 'session')} ended.`);
      await this.router.navigate(['/applications']);
    } catch (error) {
      this.toasts.fail('It is still there.', error);
    }
  }
}
