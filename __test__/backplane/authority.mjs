// Creates a certificate authority and a certificate that it signs. The core rejects self-signed
// certificates and certificates without a subject alternative name.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Returns the names of the files `ca`, `cert` and `key`, for `localhost`. */
export function authority(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-authority-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name) => path.join(folder, name);
  const openssl = (...words) => execFileSync('openssl', words, { stdio: 'pipe' });
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const request = ['req', '-x509', ...made, '-days', '2'];
  const [ca, caKey] = [file('ca.pem'), file('ca-key.pem')];
  openssl(...request, '-subj', '/CN=authority', '-keyout', caKey, '-out', ca);
  const [cert, key] = [file('cert.pem'), file('key.pem')];
  const extensions = ['subjectAltName=DNS:localhost', 'basicConstraints=critical,CA:FALSE'];
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  const signed = ['-CA', ca, '-CAkey', caKey, '-subj', '/CN=localhost', ...added];
  openssl(...request, ...signed, '-keyout', key, '-out', cert);
  return { ca, cert, key };
}

export const read = (file) => readFileSync(file, 'utf8');
