// The settings of searches and watches: budget, what is done with proposals, and when a version is taken back.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  signal,
} from '@angular/core';
import { Api } from '../../core/api';
import { toApiError, type ClientProblem } from '../../core/api-error';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { PolicySettings } from '../../core/wire';
import { Confirm } from '../../ui/confirm';
import { Pending, ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';

const NUMBERS = [
  { key: 'watch_hours', name: 'Hours that a new version is watched', min: 1, max: 720 },
  {
    key: 'minimum_sessions',
    name: 'Sessions needed before the two are compared',
    min: 20,
    max: 100_000,
  },
  { key: 'days', name: 'Recorded days that a forecast or search looks at', min: 1, max: 90 },
  {
    key: 'friction_budget',
    name: 'Friction budget: challenges for each 1,000 sessions',
    min: 0,
    max: 10_000,
  },
] as const;

@Component({
  selector: 'vt-policy-settings',
  imports: [Pending, ProblemNote, Value],
  template: `
    <section class="card" aria-labelledby="settings-title">
      <header><h2 id="settings-title">Settings</h2></header>
      <vt-pending [query]="settings" [rows]="4" />
      @if (draft(); as value) {
        <form class="body stack" (submit)="$event.preventDefault(); save()">
          <label class="field">
            <span>When people are hit more than was foretold</span>
            <select
              class="input"
              [disabled]="!mayChange()"
              [vtValue]="value.when_diverging"
              (vtValueChange)="put({ when_diverging: $any($event) })"
            >
              <option value="roll_back">Put the version before in force again, and tell</option>
              <option value="warn">Only tell the admins</option>
            </select>
          </label>
          <label class="field">
            <span>With thresholds that a search proposes</span>
            <select
              class="input"
              [disabled]="!mayChange()"
              [vtValue]="value.apply"
              (vtValueChange)="put({ apply: $any($event) })"
            >
              <option value="never">Do nothing: an admin decides</option>
              <option value="on_trial">Put them on trial</option>
              <option value="in_force">Put them in force</option>
            </select>
          </label>
          @for (one of numbers; track one.key) {
            <label class="field">
              <span>{{ one.name }}</span>
              <input
                class="input"
                type="number"
                required
                [min]="one.min"
                [max]="one.max"
                [disabled]="!mayChange()"
                [vtValue]="'' + value[one.key]"
                (vtValueChange)="number(one.key, $event)"
              />
            </label>
          }
          @if (problem(); as problem) {
            <vt-problem [problem]="problem" />
          }
          @if (mayChange()) {
            <div class="row">
              <button type="submit" class="btn primary" [disabled]="!dirty() || busy()">
                Save
              </button>
              @if (dirty()) {
                <button type="button" class="btn" (click)="draft.set(settings.value())">
                  Undo
                </button>
              }
            </div>
          }
        </form>
      }
    </section>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SettingsCard {
  readonly mayChange = input.required<boolean>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  protected readonly numbers = NUMBERS;
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly draft = signal<PolicySettings | undefined>(undefined);
  protected readonly settings = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/policies/settings', { signal }),
  );
  protected readonly dirty = computed(
    () => JSON.stringify(this.draft()) !== JSON.stringify(this.settings.value()),
  );

  constructor() {
    effect(() => this.draft.set(this.settings.value()));
  }

  protected put(part: Partial<PolicySettings>): void {
    this.draft.update((now) => now && { ...now, ...part });
  }

  protected number(key: (typeof NUMBERS)[number]['key'], text: string): void {
    if (text.trim() !== '' && Number.isFinite(Number(text))) this.put({ [key]: Number(text) });
  }

  protected async save(): Promise<void> {
    const body = this.draft();
    const before = this.settings.value();
    if (!body || !before) return;
    if (body.apply === 'in_force' && before.apply !== 'in_force') {
      const consent = await this.confirm.ask({
        title: 'Let searches change the policy by themselves?',
        consequence:
          'Thresholds that a search proposes go in force without anybody looking at them first. They are watched like every new version, and everything is on record.',
        confirm: 'Let them',
        danger: true,
      });
      if (!consent) return;
    }
    this.busy.set(true);
    try {
      this.settings.set(await this.api.call('PUT /api/v1/policies/settings', { body }));
      this.problem.set(undefined);
      this.toasts.say('The settings are saved.');
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}
