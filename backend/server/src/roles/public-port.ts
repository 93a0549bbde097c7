// The server of the public port: HTTP, or HTTPS when a certificate is named, which is followed when it is renewed.
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { followCertificate, readCertificate } from '@verity/adapters/tls/certificate';
import type { Ground } from './ground';

/** Throws `invalid-input` that says what is wrong with the certificate. */
export function createPublicServer(
  { config, log, clock, shutdown }: Pick<Ground, 'config' | 'log' | 'clock' | 'shutdown'>,
  listener: RequestListener,
): Server {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = config;
  if (!certFile || !keyFile) return createServer(listener);
  const files = { certFile, keyFile };
  const { cert, key } = readCertificate(files);
  const server = createSecureServer({ cert, key, minVersion: 'TLSv1.2' }, listener);
  const followed = followCertificate(files, {
    use: (certificate) => server.setSecureContext(certificate),
    now: clock,
    log,
  });
  process.on('SIGHUP', followed.reload);
  shutdown.on('close', 'certificate', () => {
    process.off('SIGHUP', followed.reload);
    followed.stop();
  });
  return server;
}
