// The fields of a condition: what each part is called, how it is typed, and what it begins with.
import type { PolicyCondition } from '../../core/wire';
import { ROLE, SOURCE, keysOf } from '../../ui/labels';

export type ConditionKey = keyof PolicyCondition;

export type Field =
  | { kind: 'number'; least: number; most: number; step: number; unit: string; begin: number }
  | { kind: 'choice'; yes: string; no: string }
  | { kind: 'several'; options: readonly string[] }
  | { kind: 'named'; of: 'groups' | 'resources' };

const seconds = (begin: number): Field => ({
  kind: 'number',
  least: 1,
  most: 86_400,
  step: 1,
  unit: 'seconds',
  begin,
});
const score = (begin: number): Field => ({
  kind: 'number',
  least: 0,
  most: 100,
  step: 1,
  unit: 'of 100',
  begin,
});

export const FIELDS: Record<ConditionKey, { label: string; field: Field }> = {
  risk_at_least: { label: 'Risk at least', field: score(60) },
  risk_below: { label: 'Risk below', field: score(80) },
  roles: { label: 'Role', field: { kind: 'several', options: keysOf(ROLE) } },
  groups: { label: 'Group', field: { kind: 'named', of: 'groups' } },
  device_trusted: { label: 'Device', field: { kind: 'choice', yes: 'trusted', no: 'not trusted' } },
  signals: {
    label: 'Signal',
    field: { kind: 'several', options: keysOf(SOURCE).filter((source) => source !== 'prior') },
  },
  signal_weight: {
    label: 'Signal weighs at least',
    field: { kind: 'number', least: 0, most: 12, step: 0.1, unit: 'log-odds', begin: 0.5 },
  },
  sensitivity: {
    label: 'Sensitivity asked for',
    field: { kind: 'several', options: ['low', 'medium', 'high'] },
  },
  resources: { label: 'Resource asked for', field: { kind: 'named', of: 'resources' } },
  totp_enrolled: {
    label: 'Authenticator',
    field: { kind: 'choice', yes: 'enrolled', no: 'not enrolled' },
  },
  strong_proof_enrolled: {
    label: 'Authenticator or passkey',
    field: { kind: 'choice', yes: 'enrolled', no: 'not enrolled' },
  },
  no_step_up_within: { label: 'Nothing proven for', field: seconds(900) },
  challenged_for_seconds: { label: 'Proof asked for and not given for', field: seconds(10) },
};

/** What a part holds when it is added; `named` are the groups or resources that there are. */
export function beginOf(key: ConditionKey, named: readonly string[]): unknown {
  const { field } = FIELDS[key];
  switch (field.kind) {
    case 'number':
      return field.begin;
    case 'choice':
      return false;
    case 'several':
      return [field.options.at(-1)];
    case 'named':
      return named.slice(0, 1);
  }
}
