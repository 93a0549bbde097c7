// Reads the options of a measure; a wrong one ends the command with status 2.
import { existsSync, statSync } from 'node:fs';
import { misfit } from './csv';

export type Options = Record<string, string | boolean | undefined>;

export function inputFile(options: Options): string {
  const path = options['input'];
  if (typeof path !== 'string' || path === '') throw misfit('--input FILE is missing');
  if (!existsSync(path)) throw misfit(`There is no file ${path}`);
  if (!statSync(path).isFile()) throw misfit(`${path} is not a file`);
  return path;
}

export function inputDirectory(options: Options): string {
  const path = options['input'];
  if (typeof path !== 'string' || path === '') throw misfit('--input DIR is missing');
  if (!existsSync(path)) throw misfit(`There is no directory ${path}`);
  if (!statSync(path).isDirectory()) throw misfit(`${path} is not a directory`);
  return path;
}

export function countOption(
  options: Options,
  name: string,
  otherwise: number,
  { least, most }: { least: number; most: number },
): number {
  const text = options[name];
  if (text === undefined) return otherwise;
  const n = Number(text);
  if (!Number.isInteger(n) || n < least || n > most) {
    throw misfit(
      `--${name} must be a whole number from ${least} to ${most}, not "${String(text)}"`,
    );
  }
  return n;
}
