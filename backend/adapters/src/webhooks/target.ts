// Where webhooks may go: public addresses alone, whatever a name resolves to, unless the installation allows private ones.
import { lookup as resolve } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { Fault } from '@verity/protocol/faults';

export interface Target {
  address: string;
  family: 4 | 6;
}

/** IANA's special-purpose registries: nothing there is a receiver on the internet. */
const SPECIAL: readonly [net: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const blocked = new BlockList();
for (const [net, prefix] of SPECIAL) {
  blocked.addSubnet(net, prefix, net.includes(':') ? 'ipv6' : 'ipv4');
}

/** Whether nothing may be sent there by default. IPv4 inside IPv6 is judged as IPv4. */
export function isPrivate(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  // The block list reads an IPv4-mapped address as the IPv4 one.
  return blocked.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

export interface TargetRules {
  /** Also http, and addresses of private networks and of this machine. */
  allowPrivate: boolean;
  /** Of the system; a spec brings its own. */
  lookup?: (name: string) => Promise<{ address: string; family: number }[]>;
}

const refuse = (message: string, fix: string): Fault =>
  new Fault('invalid-input', message, { fix, issues: [{ path: '/url', message }] });

/** The one address that may be connected to. Throws `invalid-input` that names what is wrong with the target. */
export async function targetOf(url: URL, rules: TargetRules): Promise<Target> {
  if (url.protocol !== 'https:' && !rules.allowPrivate) {
    throw refuse('A webhook must be an https address.', 'Serve the receiver over https.');
  }
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const found = isIP(name) ? [{ address: name, family: isIP(name) }] : await lookUp(name, rules);
  // One private address among public ones is how a name is turned against its reader.
  const hidden = found.find(({ address }) => isPrivate(address));
  if (hidden && !rules.allowPrivate) {
    throw refuse(
      `${url.hostname} is an address of a private network.`,
      'Use an address that is reachable from the internet, or set WEBHOOKS_TO_PRIVATE=allow.',
    );
  }
  const [first] = found;
  if (!first) throw refuse(`${url.hostname} has no address.`, 'Check the host name.');
  return { address: first.address, family: first.family === 6 ? 6 : 4 };
}

async function lookUp(name: string, rules: TargetRules) {
  try {
    return await (rules.lookup ?? ((host) => resolve(host, { all: true })))(name);
  } catch (cause) {
    throw new Fault('invalid-input', `The name ${name} cannot be resolved.`, {
      fix: 'Check the host name.',
      issues: [{ path: '/url', message: 'cannot be resolved' }],
      cause,
    });
  }
}
