// Installs Debian packages, said aloud, as root or through sudo.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram } from './program';

/**
 * Debian starts a server when it is installed and at every boot. We start our own, under our own
 * directory: so the start is held back, and the service is switched off.
 */
const INSTALL = `
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod 755 $policy
  trap 'rm -f $policy' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q && apt-get install -q -y --no-install-recommends "$@" || exit 1
for package in "$@"; do
  if command -v systemctl >/dev/null; then systemctl disable "$package" >/dev/null 2>&1; fi
done
exit 0
`;

/** False when this machine has no apt-get, or nobody who may use it. */
export async function installPackages(
  packages: readonly string[],
  report: (line: string) => void,
): Promise<boolean> {
  if (!findProgram('apt-get')) return false;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !findProgram('sudo')) return false;
  const command = ['/bin/sh', '-c', INSTALL, 'install', ...packages];
  report(`installing ${packages.join(', ')} with apt-get${isRoot ? '' : ' (sudo)'} …`);
  const [program, ...args] = isRoot ? command : ['sudo', ...command];
  const child = spawn(program as string, args, { stdio: ['inherit', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}
