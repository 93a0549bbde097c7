// The policy that a new installation starts with. People are asked to prove themselves before they are locked out.
import type { PolicyDraft } from '@verity/protocol/policy/schemas';

export const DEFAULT_POLICY: PolicyDraft = {
  rules: [
    {
      id: 'notify-critical',
      name: 'Tell the operators of a critical score',
      when: { risk_at_least: 80 },
      effect: 'notify',
    },
    {
      id: 'extreme-ends',
      name: 'An extreme score ends the session at once',
      when: { risk_at_least: 95 },
      effect: 'terminate',
    },
    {
      id: 'critical-ends',
      name: 'A critical score ends the session when proof was asked for and not given',
      when: { risk_at_least: 80, challenged_for_seconds: 10 },
      effect: 'terminate',
    },
    {
      id: 'admin-high-restricted',
      name: 'An administrator at high risk is restricted when neither authenticator nor passkey is enrolled',
      when: { risk_at_least: 60, roles: ['admin'], strong_proof_enrolled: false },
      effect: 'restrict',
    },
    {
      id: 'high-step-up',
      name: 'A high score asks for proof',
      when: { risk_at_least: 60 },
      effect: 'step_up',
    },
    {
      id: 'admin-medium-step-up',
      name: 'An administrator is asked for proof from 45',
      when: { risk_at_least: 45, roles: ['admin'], no_step_up_within: 900 },
      effect: 'step_up',
    },
    {
      id: 'untrusted-medium-step-up',
      name: 'A medium score on an untrusted device asks for authenticator or passkey once an hour',
      when: {
        risk_at_least: 30,
        device_trusted: false,
        strong_proof_enrolled: true,
        no_step_up_within: 3600,
      },
      effect: 'step_up',
    },
    {
      id: 'sensitive-step-up',
      name: 'Sensitive resources ask for fresh proof at medium risk',
      when: { risk_at_least: 30, sensitivity: ['high'], no_step_up_within: 900 },
      effect: 'step_up',
    },
    { id: 'otherwise-allow', name: 'Everything else is allowed', when: {}, effect: 'allow' },
  ],
  hysteresis: { margin: 5, hold_seconds: 60 },
  resources: [],
};
