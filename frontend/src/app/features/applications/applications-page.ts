// Applications: who puts Verity in front of, or inside, something of their own.
import { Dialog } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { query } from '../../core/query';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { RegisterDialog, type Registered } from './register-dialog';

@Component({
  selector: 'vt-applications-page',
  imports: [Empty, Icon, Pending, RouterLink, Time],
  template: `
    <div class="page">
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          <p class="lead">
            An application hands over its users’ sessions and asks for decisions, or stands behind a
            proxy that asks for it. It sees its own sessions and nothing else.
          </p>
        </div>
        <button type="button" class="btn primary" (click)="register()">
          <vt-icon name="plus" />Register
        </button>
      </div>
      <vt-pending [query]="applications" />
      @if (applications.value(); as all) {
        <section class="card" aria-label="Applications">
          @if (all.length > 0) {
            <div class="table-scroll">
              <table class="table cards">
                <thead>
                  <tr>
                    <th scope="col">Application</th>
                    <th scope="col">Origins</th>
                    <th scope="col">Keys in force</th>
                    <th scope="col">Owner</th>
                    <th scope="col">Since</th>
                  </tr>
                </thead>
                <tbody>
                  @for (one of all; track one.id) {
                    <tr>
                      <td>
                        <a [routerLink]="['/applications', one.id]">{{ one.name }}</a>
                        <span class="faint mono"> {{ one.handle }}</span>
                      </td>
                      <td data-label="Origins">{{ one.origins.join(', ') || 'none' }}</td>
                      <td data-label="Keys in force">{{ one.keys_in_force }}</td>
                      <td data-label="Owner">{{ one.owner }}</td>
                      <td data-label="Since"><vt-time [at]="one.created_at" /></td>
                    </tr>
                  }
                </tbody>
              </table>
            </div>
          } @else {
            <vt-empty icon="code" title="No application yet">
              Register the first one: it gets a key, and the developer page has the rest.
            </vt-empty>
          }
        </section>
      }
    </div>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ApplicationsPage {
  private readonly api = inject(Api);
  private readonly dialog = inject(Dialog);
  private readonly router = inject(Router);
  protected readonly applications = query(
    () => ({}),
    async (_, signal) => (await this.api.call('GET /api/v1/applications', { signal })).items,
  );
  protected readonly answer = computed(() => {
    const all = this.applications.value();
    return all ? plural(all.length, 'application') : 'Applications';
  });

  protected async register(): Promise<void> {
    const ref = this.dialog.open<Registered>(RegisterDialog, {
      backdropClass: 'scrim',
      ariaLabelledBy: 'register-title',
    });
    const made = await firstValueFrom(ref.closed);
    if (made) await this.router.navigate(['/applications', made.id]);
  }
}
