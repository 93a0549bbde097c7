// Facilities: sites with networks of their own. An address belongs to the one whose longest prefix covers it.
import { Fault } from '@verity/protocol/faults';
import { covers, parseAddress, parsePrefix, type IpPrefix } from '../kernel/ip-address';

export type FacilityOf = (address: string) => string | null;

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/**
 * Reads facilities as they are configured: `plant-a=10.1.0.0/16 10.2.0.0/16; plant-b=2001:db8:b::/48`. Throws
 * `invalid-input` that names the entry which does not fit.
 */
export function facilitiesFrom(text: string): FacilityOf {
  const networks: { prefix: IpPrefix; facility: string }[] = [];
  for (const entry of text.split(';').map((each) => each.trim())) {
    if (entry === '') continue;
    const [facility = '', list = ''] = entry.split('=', 2).map((each) => each.trim());
    const written = list.split(/[\s,]+/).filter(Boolean);
    if (!NAME.test(facility) || written.length === 0) throw misfit(entry);
    for (const each of written) {
      const prefix = parsePrefix(each);
      if (!prefix) throw misfit(`${facility}=${each}`);
      networks.push({ prefix, facility });
    }
  }
  networks.sort((a, b) => b.prefix.length - a.prefix.length);
  return (text) => {
    if (networks.length === 0) return null;
    const address = parseAddress(text);
    if (!address) return null;
    return networks.find(({ prefix }) => covers(prefix, address))?.facility ?? null;
  };
}

const misfit = (entry: string): Fault =>
  new Fault('invalid-input', `"${entry.slice(0, 100)}" names no facility with its networks.`, {
    fix: 'Write name=network, e.g. plant-a=10.1.0.0/16 10.2.0.0/16; plant-b=2001:db8:b::/48. Names are lower-case; host bits must be zero.',
  });
