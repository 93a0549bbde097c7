// Verifications of the log: one is begun with a range and a choice of evidence, followed while it runs, and kept with what it found.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { plural, wholeNumber } from '../../core/format';
import { polling } from '../../core/polling';
import { listQuery } from '../../core/query';
import type { AuditVerification } from '../../core/wire';
import { Choice } from '../../ui/choice';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { More } from '../../ui/more';
import { Pending, ProblemNote } from '../../ui/pending';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';
import { PartyName } from './party-name';
import { VERIFICATION_STATE } from './words';

const EVIDENCE = {
  none: 'Without evidence',
  sample: 'A sample of the evidence',
  all: 'All evidence',
} as const;
type EvidenceChoice = keyof typeof EVIDENCE;

@Component({
  selector: 'vt-verifications-card',
  imports: [Choice, Empty, Icon, More, PartyName, Pending, ProblemNote, Time, Value],
  templateUrl: './verifications-card.html',
  styleUrl: './verifications-card.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class VerificationsCard {
  /** Entries of the log. */
  readonly size = input.required<number>();
  /** One that ran has ended. */
  readonly finished = output();
  private readonly api = inject(Api);
  protected readonly states = VERIFICATION_STATE;
  protected readonly evidenceWords = EVIDENCE;
  protected readonly number = wholeNumber;
  protected readonly from = signal('');
  protected readonly to = signal('');
  protected readonly evidence = signal<EvidenceChoice>('sample');
  protected readonly starting = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly list = listQuery(
    () => ({}),
    (_, cursor, signal) =>
      this.api.call('GET /api/v1/audit/verifications', { query: { cursor, limit: 10 }, signal }),
  );
  protected readonly running = computed(() =>
    (this.list.value()?.items ?? []).filter(({ state }) => state === 'running'),
  );

  constructor() {
    polling(
      computed(() => this.running().length > 0),
      () => this.follow(),
    );
  }

  protected async start(): Promise<void> {
    this.starting.set(true);
    this.problem.set(undefined);
    try {
      const begun = await this.api.call('POST /api/v1/audit/verifications', {
        body: {
          ...(this.from() ? { from: Number(this.from()) } : {}),
          // People count to the last entry; ranges end behind it.
          ...(this.to() ? { to: Number(this.to()) + 1 } : {}),
          evidence: this.evidence(),
        },
      });
      this.list.update((page) => ({
        ...page,
        items: [begun, ...page.items],
        total: page.total + 1,
      }));
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.starting.set(false);
  }

  protected choose(choice: string): void {
    if (choice in EVIDENCE) this.evidence.set(choice as EvidenceChoice);
  }

  protected end({ to }: AuditVerification): number {
    return to || this.size();
  }

  protected says(one: AuditVerification): string {
    const range =
      one.from === 0 && this.end(one) >= this.size()
        ? 'the whole log'
        : `entries ${wholeNumber(one.from)} to ${wholeNumber(this.end(one) - 1)}`;
    const beside = [
      plural(one.done, 'record'),
      plural(one.anchors, 'anchor'),
      ...(one.evidence ? [plural(one.evidence, 'piece') + ' of evidence'] : []),
    ].join(', ');
    return `${range}: ${beside}`;
  }

  private async follow(): Promise<void> {
    try {
      for (const { id } of this.running()) {
        const now = await this.api.call('GET /api/v1/audit/verifications/:id', { params: { id } });
        this.list.update((page) => ({
          ...page,
          items: page.items.map((one) => (one.id === id ? now : one)),
        }));
        if (now.state !== 'running') this.finished.emit();
      }
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
  }
}
