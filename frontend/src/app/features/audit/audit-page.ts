// Records of the log by day: who did what, and whether it is anchored already; narrowed by the filters in the address.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  computed,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { Clock } from '../../core/clock';
import { clockTime, exactTime, plural, wholeNumber } from '../../core/format';
import { Identity } from '../../core/identity';
import { polling } from '../../core/polling';
import { listQuery, query } from '../../core/query';
import { Shortcuts } from '../../core/shortcuts';
import { oneOf, urlState } from '../../core/url-state';
import type { AuditEntry } from '../../core/wire';
import { Choice } from '../../ui/choice';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { EFFECT, keysOf } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { SearchBox } from '../../ui/search-box';
import { Value } from '../../ui/value';
import { ACTION } from './actions';
import { AuditTabs } from './audit-tabs';
import { byDay } from './days';
import { Erasure } from './erase-dialog';
import { Exports, type RecordFilter } from './exports';
import { PartyName } from './party-name';
import { PERIOD, fieldOf, instantOf, rangeOf } from './period';
import { cutSentence, isCut } from './standing';

const OUTCOMES = ['success', 'failure'] as const;
/** Looked for without a reload of what is there. */
const NEW_RECORDS_MS = 10_000;

@Component({
  selector: 'vt-audit-page',
  imports: [AuditTabs, Choice, Empty, Icon, More, PartyName, Pending, RouterLink, SearchBox, Value],
  templateUrl: './audit-page.html',
  styleUrl: './audit-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AuditPage {
  readonly actor = input<string>();
  readonly subject = input<string>();
  readonly person = input<string>();
  readonly action = input<string>();
  readonly outcome = input<string>();
  readonly period = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();
  private readonly api = inject(Api);
  private readonly clock = inject(Clock);
  private readonly erasure = inject(Erasure);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly router = inject(Router);
  private readonly search = viewChild(SearchBox);
  private readonly identity = inject(Identity);
  protected readonly admin = computed(() => this.identity.user()?.role === 'admin');
  protected readonly exports = inject(Exports);
  protected readonly setUrl = urlState();
  protected readonly actionWords = ACTION;
  protected readonly outcomeWords = { success: 'Success', failure: 'Failure' };
  protected readonly periodWords = PERIOD;
  protected readonly number = wholeNumber;
  protected readonly field = fieldOf;
  protected readonly instant = instantOf;
  /** Records that came since the list was read. */
  protected readonly fresh = signal(0);

  protected readonly periodIn = computed(() =>
    oneOf(keysOf(PERIOD), this.period(), this.from() || this.to() ? 'between' : undefined),
  );
  protected readonly filter = computed<RecordFilter>(() => ({
    actor: this.actor(),
    subject: this.subject(),
    person: this.person(),
    action: oneOf(keysOf(ACTION), this.action(), undefined),
    outcome: oneOf(OUTCOMES, this.outcome(), undefined),
    ...rangeOf(this.periodIn(), this.from(), this.to(), Date.now()),
  }));
  protected readonly records = listQuery(
    () => this.filter(),
    async (filter, cursor, signal) => {
      const page = await this.api.call('GET /api/v1/audit', {
        query: { ...filter, cursor },
        signal,
      });
      if (!cursor) this.fresh.set(0);
      return page;
    },
  );
  protected readonly integrity = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/audit/integrity', { signal }),
  );
  protected readonly days = computed(() =>
    byDay(this.records.value()?.items ?? [], ({ record }) => record.at, this.clock.now()),
  );
  protected readonly answer = computed(() => {
    const page = this.records.value();
    if (!page) return 'Audit';
    const found = plural(page.total, 'record');
    return this.filtered()
      ? `${found} ${page.total === 1 ? 'fits' : 'fit'}`
      : `${found} in the log`;
  });
  protected readonly lead = computed(() => {
    const log = this.integrity.value();
    if (!log) return 'What was done, by whom, and the proof of it.';
    if (isCut(log)) return `${cutSentence(log)}.`;
    const { size } = log.anchors;
    if (size === 0) return 'No record is anchored on the chain yet.';
    return size >= log.log.size
      ? 'Every record of the log is anchored on the chain.'
      : `The first ${plural(size, 'record')} of the log ${size === 1 ? 'is' : 'are'} anchored on the chain.`;
  });
  protected readonly filtered = computed(() =>
    Object.values(this.filter()).some((value) => value !== undefined),
  );

  constructor() {
    polling(
      computed(() => this.records.value() !== undefined && this.periodIn() !== 'between'),
      () => this.look(),
      NEW_RECORDS_MS,
    );
    inject(Shortcuts).register(
      [
        { keys: 'j', about: 'Next record', group: 'Audit', run: () => this.step(1) },
        { keys: 'k', about: 'Record before', group: 'Audit', run: () => this.step(-1) },
        { keys: '/', about: 'Filter records', group: 'Audit', run: () => this.search()?.focus() },
      ],
      inject(DestroyRef),
    );
  }

  protected anchored({ index }: AuditEntry): boolean {
    return index < (this.integrity.value()?.anchors.size ?? 0);
  }

  /** What the record keeps of why, where it keeps it. */
  /** Why it was done; of a decision without a reason its effect and rule. */
  protected reason({ record }: AuditEntry): string {
    const { reason, effect, rule_name } = record.details ?? {};
    if (typeof reason === 'string') return reason;
    if (typeof effect !== 'string' || typeof rule_name !== 'string') return '';
    return `${effect in EFFECT ? EFFECT[effect as keyof typeof EFFECT].text : effect}: ${rule_name}`;
  }

  protected time({ record }: AuditEntry): { short: string; exact: string } {
    const at = Date.parse(record.at);
    return { short: clockTime(at), exact: exactTime(at) };
  }

  protected async showNew(): Promise<void> {
    await Promise.all([this.records.reload(), this.integrity.reload()]);
  }

  protected async erase(id: string): Promise<void> {
    const record = await this.erasure.ask(id);
    if (record)
      await this.router.navigate(['/audit'], { queryParams: { action: 'person.erased' } });
  }

  private async look(): Promise<void> {
    if (document.hidden) return;
    const before = this.records.value()?.total ?? 0;
    const filter = this.filter();
    try {
      const { total } = await this.api.call('GET /api/v1/audit', {
        query: { ...filter, limit: 1 },
      });
      if (this.filter() === filter) this.fresh.set(Math.max(0, total - before));
    } catch {
      // The connection bar tells of a server that is away; the next look comes by itself.
      this.fresh.set(0);
    }
  }

  private step(by: 1 | -1): void {
    const links = [...this.host.querySelectorAll<HTMLElement>('a.line')];
    const at = links.findIndex((link) => link === document.activeElement);
    links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  }
}
