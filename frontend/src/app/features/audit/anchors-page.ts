// Anchors of the log: which entries each of them covers, where it stands on the chain, and why one waits.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { wholeNumber } from '../../core/format';
import { polling } from '../../core/polling';
import { listQuery, query } from '../../core/query';
import { oneOf, urlState } from '../../core/url-state';
import type { AuditAnchor } from '../../core/wire';
import { Choice } from '../../ui/choice';
import { CopyId } from '../../ui/copy-id';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { keysOf } from '../../ui/labels';
import { PagedList } from '../../ui/paged-list';
import { Time } from '../../ui/time';
import { AuditTabs } from './audit-tabs';
import { cutSentence, isCut } from './standing';
import { Transaction } from './transaction';
import { ANCHOR_STATE } from './words';

const PAGE = 25;
const EVERY_MS = 5_000;

@Component({
  selector: 'vt-anchors-page',
  imports: [AuditTabs, Choice, CopyId, Empty, Icon, PagedList, RouterLink, Time, Transaction],
  template: `
    <div class="page">
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          <p class="lead">
            An anchor writes the root of the log into a contract on a chain. The contract takes it
            only with the proof that the log merely grew: nobody can rewrite what is below it.
          </p>
        </div>
      </div>
      <vt-audit-tabs />
      @if (trouble(); as error) {
        <div class="note warn" role="status">
          <vt-icon name="alert" />
          <div class="grow">
            <b>Anchoring waits; records do not</b>
            <p>{{ error }}</p>
          </div>
        </div>
      }
      <div class="filters" role="search" aria-label="Filter anchors">
        <vt-choice
          label="State"
          any="Any state"
          [words]="states"
          [value]="stateIn()"
          (chosen)="setUrl({ state: $event })"
        />
      </div>
      <vt-paged-list label="Anchors" [list]="anchors">
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">Tree</th>
              <th scope="col">State</th>
              <th scope="col">Root</th>
              <th scope="col">Block</th>
              <th scope="col">Transaction</th>
              <th scope="col" class="num">Gas</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            @for (anchor of anchors.value()?.items; track anchor.size) {
              <tr>
                <td>
                  <b>{{ number(anchor.size) }}</b> {{ anchor.size === 1 ? 'entry' : 'entries' }}
                  <span class="small faint covers">{{ covers(anchor) }}</span>
                </td>
                <td data-label="State">
                  <span
                    [class]="'chip ' + states[anchor.state].tone"
                    [title]="anchor.last_error ?? ''"
                    >{{ states[anchor.state].text }}</span
                  >
                </td>
                <td data-label="Root">
                  <vt-copy [value]="anchor.root" what="root" [short]="true" />
                </td>
                <td data-label="Block">
                  {{ anchor.place ? number(anchor.place.block.number) : '–' }}
                </td>
                <td data-label="Transaction">
                  @if (anchor.place?.transaction ?? anchor.transactions.at(-1); as hash) {
                    <vt-transaction [hash]="hash" [explorer]="explorer()" [short]="true" />
                  } @else {
                    –
                  }
                </td>
                <td data-label="Gas" class="num">
                  {{ anchor.place ? number(anchor.place.gas_used) : '–' }}
                </td>
                <td data-label="When">
                  <vt-time [at]="anchor.confirmed_at ?? anchor.sent_at ?? anchor.frozen_at" />
                </td>
              </tr>
            }
          </tbody>
        </table>
        <vt-empty icon="link" [title]="stateIn() ? 'No anchor is in this state' : 'No anchor yet'">
          @if (stateIn()) {
            <a routerLink="/audit/anchors">Show all anchors</a>
          } @else {
            The first one is made as soon as there are records: some minutes after the first, or
            when there are enough of them.
          }
        </vt-empty>
      </vt-paged-list>
    </div>
  `,
  styles: `
    .covers {
      display: block;
    }
    .num {
      text-align: right;
    }
    td b {
      font-weight: 550;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AnchorsPage {
  readonly state = input<string>();
  private readonly api = inject(Api);
  protected readonly setUrl = urlState();
  protected readonly states = ANCHOR_STATE;
  protected readonly number = wholeNumber;
  protected readonly stateIn = computed(() => oneOf(keysOf(ANCHOR_STATE), this.state(), undefined));
  protected readonly anchors = listQuery(
    () => ({ state: this.stateIn() }),
    (filter, cursor, signal) =>
      this.api.call('GET /api/v1/audit/anchors', {
        query: { ...filter, cursor, limit: PAGE },
        signal,
      }),
  );
  protected readonly integrity = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/audit/integrity', { signal }),
  );
  protected readonly explorer = computed(() => this.integrity.value()?.chain.explorer);
  protected readonly trouble = computed(() => this.integrity.value()?.chain.error);
  protected readonly answer = computed(() => {
    const now = this.integrity.value();
    if (!now) return 'Anchors';
    if (isCut(now)) return cutSentence(now);
    const [size, all] = [now.anchors.size, now.log.size];
    if (size >= all && all > 0) return `All ${wholeNumber(all)} records are anchored`;
    return `${wholeNumber(size)} of ${wholeNumber(all)} records are anchored`;
  });

  constructor() {
    // While further pages stand there, reading anew would take them away.
    polling(
      computed(() => (this.anchors.value()?.items.length ?? 0) <= PAGE),
      async () => {
        if (!document.hidden) await Promise.all([this.anchors.reload(), this.integrity.reload()]);
      },
      EVERY_MS,
    );
  }

  protected covers({ previous_size: before, size }: AuditAnchor): string {
    if (before === null) return `0 to ${wholeNumber(size - 1)}`;
    return before === size - 1
      ? `adds ${wholeNumber(before)}`
      : `adds ${wholeNumber(before)} to ${wholeNumber(size - 1)}`;
  }
}
