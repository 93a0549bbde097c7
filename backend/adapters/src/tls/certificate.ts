// The certificate of the public port: read, judged in words, and followed when its files change.
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { Fault } from '@verity/protocol/faults';
import type { Log } from '../log';

export interface CertificateFiles {
  /** PEM: the certificate of the server first, then those between it and the root. */
  certFile: string;
  /** PEM: its private key, without a passphrase. */
  keyFile: string;
}

export interface Certificate {
  cert: Buffer;
  key: Buffer;
  /** Names that it is for, as it writes them. */
  names: string;
  validFrom: Date;
  validTo: Date;
}

/** Files are looked at so often: a renewed certificate is served within that time. */
const LOOK_MS = 5_000;

/** Throws `invalid-input` that says which file is at fault, and why. An expired certificate is not a fault here. */
export function readCertificate({ certFile, keyFile }: CertificateFiles): Certificate {
  const cert = readFile('TLS_CERT_FILE', certFile);
  const key = readFile('TLS_KEY_FILE', keyFile);
  const x509 = parsed(
    () => new X509Certificate(cert),
    `TLS_CERT_FILE: ${certFile} holds no certificate in PEM.`,
    'Name the file that begins with -----BEGIN CERTIFICATE-----.',
  );
  const privateKey: KeyObject = parsed(
    () => createPrivateKey(key),
    `TLS_KEY_FILE: ${keyFile} holds no private key in PEM that opens without a passphrase.`,
    'Name the file that begins with -----BEGIN PRIVATE KEY-----; openssl pkey -in OLD -out NEW takes a passphrase off.',
  );
  if (!x509.checkPrivateKey(privateKey)) {
    throw new Fault('invalid-input', `The key in ${keyFile} is not that of ${certFile}.`, {
      fix: 'Name the two files of one certificate, the certificate of the server first in its file.',
    });
  }
  return {
    cert,
    key,
    names: x509.subjectAltName ?? x509.subject,
    validFrom: new Date(x509.validFrom),
    validTo: new Date(x509.validTo),
  };
}

/** Why browsers refuse it now; null when they need not. */
export function datedWrong({ validFrom, validTo }: Certificate, now: Date): string | null {
  if (validTo <= now) return `it expired on ${day(validTo)}`;
  return validFrom > now ? `it is not valid before ${day(validFrom)}` : null;
}

export interface FollowedCertificate {
  /** Looks now, e.g. at SIGHUP. */
  reload: () => void;
  stop: () => void;
}

/**
 * Hands every new pair of files that fits together to `use`. What does not fit is named in the log, and the pair before
 * stays in use: certificate and key are seldom replaced in the same moment.
 */
export function followCertificate(
  files: CertificateFiles,
  { use, now, log }: { use: (certificate: Certificate) => void; now: () => Date; log: Log },
): FollowedCertificate {
  let used = readCertificate(files);
  const reload = (): void => {
    try {
      const next = readCertificate(files);
      if (next.cert.equals(used.cert) && next.key.equals(used.key)) return;
      use(next);
      used = next;
      tellDates(next, now(), log);
      log.info({ names: next.names, until: next.validTo }, 'another certificate is in use');
    } catch (err) {
      log.error({ err }, 'the new certificate does not fit; the one before stays in use');
    }
  };
  const paths = [files.certFile, files.keyFile];
  for (const path of paths) watchFile(path, { interval: LOOK_MS, persistent: false }, reload);
  tellDates(used, now(), log);
  return {
    reload,
    stop: () => {
      for (const path of paths) unwatchFile(path, reload);
    },
  };
}

function tellDates(certificate: Certificate, now: Date, log: Log): void {
  const wrong = datedWrong(certificate, now);
  if (wrong) log.error({ names: certificate.names, wrong }, 'browsers refuse the certificate');
}

function readFile(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = WHY[code ?? ''] ?? `cannot be read (${code})`;
    throw new Fault('invalid-input', `${variable}: ${path} ${why}.`, {
      fix: 'Name a file that the user of the server may read.',
      cause,
    });
  }
}

const WHY: Record<string, string> = {
  ENOENT: 'is not there',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a directory',
};

function parsed<T>(parse: () => T, detail: string, fix: string): T {
  try {
    return parse();
  } catch (cause) {
    throw new Fault('invalid-input', detail, { fix, cause });
  }
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
