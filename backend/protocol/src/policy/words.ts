// Policies in words: one wording for the page, the difference between versions, and the reason on record.
import type { Condition, Effect, PolicyDraft, Resource, Rule } from './schemas';

export const EFFECT_IN_WORDS = {
  allow: 'allow',
  step_up: 'ask for proof',
  restrict: 'restrict to reading',
  terminate: 'end the session',
  notify: 'tell the operators',
} as const satisfies Record<Effect | 'notify', string>;

const either = (all: readonly string[]): string =>
  all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;

/** `45 s`, `15 min`, `1 h 30 min`. */
function span(seconds: number): string {
  const parts: string[] = [];
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours) parts.push(`${hours} h`);
  if (minutes) parts.push(`${minutes} min`);
  if (seconds % 60 || parts.length === 0) parts.push(`${seconds % 60} s`);
  return parts.join(' ');
}

const PARTS: { [K in keyof Required<Condition>]: (value: never, when: Condition) => string } = {
  risk_at_least: (floor: number) => `risk is ${floor} or more`,
  risk_below: (ceiling: number) => `risk is below ${ceiling}`,
  roles: (roles: string[]) => `the role is ${either(roles)}`,
  groups: (groups: string[]) => `the person is in ${either(groups)}`,
  device_trusted: (trusted: boolean) => `the device is ${trusted ? 'trusted' : 'not trusted'}`,
  totp_enrolled: (enrolled: boolean) => `${enrolled ? 'an' : 'no'} authenticator is enrolled`,
  strong_proof_enrolled: (enrolled: boolean) =>
    enrolled
      ? 'an authenticator or a passkey is enrolled'
      : 'neither authenticator nor passkey is enrolled',
  signals: (signals: string[], { signal_weight: weight = DEFAULT_SIGNAL_WEIGHT }: Condition) =>
    `${either(signals.map((one) => one.replaceAll('_', ' ')))} weighs ${weight} or more`,
  signal_weight: () => '',
  sensitivity: (levels: string[]) => `what is asked for is of ${either(levels)} sensitivity`,
  resources: (ids: string[]) => `what is asked for is ${either(ids)}`,
  no_step_up_within: (seconds: number) => `nothing was proven for ${span(seconds)}`,
  challenged_for_seconds: (seconds: number) =>
    `proof was asked for ${span(seconds)} ago and not given`,
};

/** Log-odds from which a signal counts when a rule names none. */
export const DEFAULT_SIGNAL_WEIGHT = 0.5;

/** The parts of a condition, each in words, always in one order. Empty when it always holds. */
export function conditionParts(when: Condition): string[] {
  return (Object.keys(PARTS) as (keyof Condition)[])
    .filter((key) => when[key] !== undefined)
    .map((key) => PARTS[key](when[key] as never, when))
    .filter((words) => words !== '');
}

/** `risk is 60 or more and the role is admin`; `always`. */
export const conditionInWords = (when: Condition): string =>
  conditionParts(when).join(' and ') || 'always';

/** `A high score asks for proof: ask for proof when risk is 60 or more`. */
export function ruleInWords({ name, when, effect, report_only }: Rule): string {
  const held = Object.keys(when).length === 0 ? 'always' : `when ${conditionInWords(when)}`;
  return `${name}: ${EFFECT_IN_WORDS[effect]} ${held}${report_only ? ', report only' : ''}`;
}

/** `Reports: GET or POST reports.example.org/reports, high sensitivity`. */
export function resourceInWords({
  name,
  host,
  path_prefix,
  methods,
  sensitivity,
}: Resource): string {
  const asked = `${methods ? `${either(methods)} ` : ''}${host ?? ''}${path_prefix}`;
  return `${name}: ${asked}, ${sensitivity} sensitivity`;
}

export const hysteresisInWords = ({ margin, hold_seconds }: PolicyDraft['hysteresis']): string =>
  `eased ${margin} below for ${span(hold_seconds)}`;
