// One record: in words and raw, what the log holds of it, its evidence, its proof as a path, and its receipt.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { exactTime, facts, wholeNumber } from '../../core/format';
import { polling } from '../../core/polling';
import { query } from '../../core/query';
import { Back } from '../../ui/back';
import { CopyId } from '../../ui/copy-id';
import { JsonCard } from '../../ui/json-card';
import { keysOf } from '../../ui/labels';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { ACTION } from './actions';
import { EvidenceCard } from './evidence-card';
import { isParty } from './party';
import { PartyName } from './party-name';
import { ProofPath } from './proof-path';
import { ReceiptCard } from './receipt-card';
import { CLOSED_FIELD } from './words';

/** How often is looked whether the record is anchored by now. */
const EVERY_MS = 5_000;

@Component({
  selector: 'vt-record-page',
  imports: [
    Back,
    CopyId,
    EvidenceCard,
    JsonCard,
    PartyName,
    Pending,
    ProofPath,
    ReceiptCard,
    RouterLink,
    Time,
  ],
  templateUrl: './record-page.html',
  styleUrl: './record-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RecordPage {
  readonly id = input.required<string>();
  private readonly api = inject(Api);
  protected readonly closed = keysOf(CLOSED_FIELD);
  protected readonly closedWords = CLOSED_FIELD;
  protected readonly isParty = isParty;
  protected readonly number = wholeNumber;
  protected readonly proof = query(
    () => ({ id: this.id() }),
    (params, signal) => this.api.call('GET /api/v1/audit/records/:id', { params, signal }),
  );
  protected readonly integrity = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/audit/integrity', { signal }),
  );
  protected readonly answer = computed(() => {
    const proof = this.proof.value();
    if (!proof) return 'Record';
    const what = ACTION[proof.entry.record.action];
    const place = proof.anchor?.place;
    return place
      ? `${what}: anchored in block ${wholeNumber(place.block.number)}`
      : `${what}: in the log, not anchored yet`;
  });
  protected readonly lead = computed(() => {
    const record = this.proof.value()?.entry.record;
    return record && exactTime(Date.parse(record.at));
  });

  /** Where the evidence lies has a card of its own. */
  protected details(details: Readonly<Record<string, unknown>> | null): [string, string][] {
    const { evidence, ...rest } = details ?? {};
    return facts(
      this.proof.value()?.evidence ? rest : { ...rest, ...(evidence ? { evidence } : {}) },
    );
  }

  constructor() {
    polling(
      computed(() => this.proof.value()?.anchor === null),
      () => (document.hidden ? Promise.resolve() : this.proof.reload()),
      EVERY_MS,
    );
  }
}
