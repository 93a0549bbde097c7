// A rule of the policy in words for the person whom it hits.
import type { Rule } from '@verity/protocol/policy/schemas';

const EFFECTS: Readonly<Record<string, string>> = {
  allow: 'the session goes on',
  step_up: 'you are asked to prove again that it is you',
  restrict: 'the session can only read',
  terminate: 'the session ends',
  notify: 'somebody is told',
};

const CONDITIONS: Readonly<Record<string, (value: never) => string>> = {
  risk_at_least: (score: number) => `the risk is ${score} or more`,
  risk_below: (score: number) => `the risk is below ${score}`,
  roles: (roles: string[]) => `your role is ${roles.join(' or ')}`,
  device_trusted: (trusted: boolean) =>
    trusted ? 'the device is one that you trust' : 'the device is not one that you trust',
  signals: (sources: string[]) =>
    `there is evidence from ${sources.map((source) => source.replaceAll('_', ' ')).join(' or ')}`,
  signal_weight: (weight: number) => `that evidence weighs ${weight} or more`,
  sensitivity: (levels: string[]) => `what was asked for is of ${levels.join(' or ')} sensitivity`,
  totp_enrolled: (enrolled: boolean) =>
    enrolled ? 'you have an authenticator' : 'you have no authenticator',
  no_step_up_within: (seconds: number) =>
    `you have not proved who you are in the last ${duration(seconds)}`,
  challenged_for_seconds: (seconds: number) => `proof was asked for ${duration(seconds)} ago`,
};

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} seconds`;
  return seconds < 7_200
    ? `${Math.round(seconds / 60)} minutes`
    : `${Math.round(seconds / 3600)} hours`;
}

/** "When the risk is 60 or more, you are asked …". A condition that it has no words for is named as it is written. */
export function ruleForPeople({ when, effect }: Pick<Rule, 'when' | 'effect'>): string {
  const holds = Object.entries(when)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const say = CONDITIONS[key];
      return say ? say(value as never) : `${key.replaceAll('_', ' ')} ${JSON.stringify(value)}`;
    });
  const then = EFFECTS[effect] ?? effect;
  return holds.length > 0 ? `When ${holds.join(' and ')}, ${then}.` : `Always: ${then}.`;
}
