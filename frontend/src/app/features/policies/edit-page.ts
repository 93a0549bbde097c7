// The editor of the policy: rules, resources and easing, reviewed and tried on the live sessions while one types.
import { Dialog } from '@angular/cdk/dialog';
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { Router } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { Api } from '../../core/api';
import { isAbort, toApiError, type ClientProblem } from '../../core/api-error';
import { plural } from '../../core/format';
import type { Leavable } from '../../core/guards';
import { query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import { oneOf, urlState } from '../../core/url-state';
import type { PolicyDraft, PolicyPreview } from '../../core/wire';
import { Back } from '../../ui/back';
import { Confirm } from '../../ui/confirm';
import { Icon } from '../../ui/icon';
import { Pending, ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';
import { ChangeList } from './change-list';
import { Draft } from './draft';
import { JsonEditor } from './json-editor';
import { ResourcesEditor } from './resources-editor';
import { ReviewPanel } from './review-panel';
import { RulesEditor } from './rules-editor';
import { SaveDialog, type Saving } from './save-dialog';
import { TryPast } from './try-past';
import { authorName } from '../../ui/labels';

const VIEWS = ['rules', 'resources', 'json'] as const;
const VIEW_WORDS = { rules: 'Rules', resources: 'Resources', json: 'JSON' } as const;
/** A pause in typing after which the draft is looked at. */
const REVIEW_AFTER_MS = 350;

@Component({
  selector: 'vt-edit-page',
  imports: [
    Back,
    ChangeList,
    Icon,
    JsonEditor,
    Pending,
    ProblemNote,
    ResourcesEditor,
    ReviewPanel,
    RulesEditor,
    TryPast,
    Value,
  ],
  templateUrl: './edit-page.html',
  styleUrl: './edit-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EditPage implements Leavable {
  protected readonly authorName = authorName;
  readonly view = input<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly dialog = inject(Dialog);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly realtime = inject(Realtime);
  protected readonly setUrl = urlState();
  protected readonly draft = new Draft();
  protected readonly views = VIEWS;
  protected readonly viewWords = VIEW_WORDS;
  protected readonly shown = computed(() => oneOf(VIEWS, this.view(), 'rules'));
  protected readonly preview = signal<PolicyPreview | undefined>(undefined);
  protected readonly checking = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  private saved = false;

  protected readonly standing = query(
    () => ({ connections: this.realtime.connections() }),
    (_, signal) => this.api.call('GET /api/v1/policies/standing', { signal }),
  );
  protected readonly groups = query(
    () => ({}),
    async (_, signal) => (await this.api.call('GET /api/v1/groups', { signal })).items,
  );
  /** The version in force is another than that which the draft was made from. */
  protected readonly overtaken = computed(() => {
    const current = this.standing.value()?.current;
    const basedOn = this.draft.basedOn();
    return current && basedOn !== undefined && current.version !== basedOn ? current : undefined;
  });
  protected readonly theirs = query(
    () => {
      const current = this.overtaken();
      const from = this.draft.basedOn();
      return current && from !== undefined ? { from, to: current.version } : undefined;
    },
    (query, signal) => this.api.call('GET /api/v1/policies/diff', { query, signal }),
  );
  protected readonly errors = computed(
    () => this.preview()?.findings.filter(({ severity }) => severity === 'error').length ?? 0,
  );
  protected readonly maySave = computed(
    () =>
      this.draft.dirty() &&
      !this.overtaken() &&
      !this.busy() &&
      !this.checking() &&
      this.preview() !== undefined &&
      this.errors() === 0,
  );
  protected readonly answer = computed(() => {
    if (!this.draft.value()) return 'Edit the policy';
    if (!this.draft.dirty()) return `Version ${this.draft.basedOn()} as it is in force`;
    const count = this.preview()?.changes?.length;
    const what = count === undefined ? 'A draft' : plural(count, 'change');
    return `${what} on version ${this.draft.basedOn()}, not in force yet`;
  });

  constructor() {
    const until = inject(DestroyRef);
    this.realtime.on('policy_update', () => void this.standing.reload(), until);
    effect(() => {
      const current = this.standing.value()?.current;
      if (current) untracked(() => this.draft.begin(current));
    });
    effect((onCleanup) => {
      const draft = this.draft.value();
      if (!draft) return;
      const abort = new AbortController();
      untracked(() => this.checking.set(true));
      const timer = setTimeout(() => void this.review(draft, abort.signal), REVIEW_AFTER_MS);
      onCleanup(() => {
        clearTimeout(timer);
        abort.abort();
      });
    });
  }

  async mayLeave(): Promise<boolean> {
    if (this.saved || !this.draft.dirty()) return true;
    const consent = await this.confirm.ask({
      title: 'Leave the draft?',
      consequence:
        'It is not in force. This device keeps it, and the editor goes on with it when you come back.',
      confirm: 'Leave',
    });
    return consent !== undefined;
  }

  /** To the run that tries the draft; this device keeps the draft meanwhile. */
  protected async follow(run: string): Promise<void> {
    this.saved = true;
    await this.router.navigate(['/policies/runs', run]);
  }

  protected put(part: Partial<PolicyDraft>): void {
    this.draft.change((draft) => ({ ...draft, ...part }));
  }

  protected ease(key: 'margin' | 'hold_seconds', text: string): void {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) return;
    this.draft.change((draft) => ({
      ...draft,
      hysteresis: { ...draft.hysteresis, [key]: value },
    }));
  }

  protected rebase(): void {
    const current = this.overtaken();
    if (!current) return;
    this.draft.rebase(current);
    this.toasts.say(`Your changes stand on version ${current.version} now.`);
  }

  protected async discard(): Promise<void> {
    const current = this.standing.value()?.current;
    if (!current) return;
    const consent = await this.confirm.ask({
      title: 'Discard the draft?',
      consequence: `Your changes are gone, and the editor shows version ${current.version} as it is in force.`,
      confirm: 'Discard',
      danger: true,
    });
    if (consent) this.draft.discard(current);
  }

  protected async save(): Promise<void> {
    const [policy, based_on, preview] = [this.draft.value(), this.draft.basedOn(), this.preview()];
    if (!policy || based_on === undefined || !preview || !this.maySave()) return;
    const ref = this.dialog.open<Saving>(SaveDialog, {
      data: preview,
      backdropClass: 'scrim',
      ariaLabelledBy: 'save-title',
    });
    const saving = await firstValueFrom(ref.closed);
    if (!saving) return;
    this.busy.set(true);
    try {
      const made = await this.api.call('PUT /api/v1/policies', {
        body: { policy, based_on, accept_warnings: true, ...saving },
      });
      this.saved = true;
      const current = this.standing.value()?.current;
      this.draft.discard(made.report_only && current ? current : made);
      this.toasts.say(`Version ${made.version} is ${made.report_only ? 'on trial' : 'in force'}.`);
      await this.router.navigateByUrl('/policies');
    } catch (error) {
      this.problem.set(toApiError(error).problem);
      // A conflict shows itself with the version that is in force now.
      await this.standing.reload();
    }
    this.busy.set(false);
  }

  private async review(policy: PolicyDraft, signal: AbortSignal): Promise<void> {
    try {
      const preview = await this.api.call('POST /api/v1/policies/preview', {
        body: { policy },
        signal,
      });
      if (signal.aborted) return;
      this.preview.set(preview);
      this.problem.set(undefined);
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.problem.set(toApiError(error).problem);
    }
    this.checking.set(false);
  }
}
