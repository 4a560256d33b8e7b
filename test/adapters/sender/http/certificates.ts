// Certificates for tests of TLS, made by openssl: Node can read X.509 but not make it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export const HOST = 'hooks.example.org';
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

export interface Certificates {
  readonly authority: Certificate;
  readonly other: Certificate;
  readonly valid: Certificate;
  readonly expired: Certificate;
  readonly future: Certificate;
  readonly wrongHost: Certificate;
  readonly selfSigned: Certificate;
  readonly client: Certificate;
  /** For `localhost`, from the same authority. */
  readonly local: Certificate;
}

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-certificates-'));
  try {
    return makeIn(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function makeIn(folder: string): Certificates {
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (name: string): Certificate => ({
    cert: readFileSync(file(`${name}.crt`), 'utf8'),
    key: readFileSync(file(`${name}.key`), 'utf8'),
  });
  const key = (name: string) =>
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);

  function selfSigned(name: string, extensions: readonly string[]): Certificate {
    key(name);
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    const subject = `/CN=${name === 'self' ? HOST : name}`;
    openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-days',
      '30',
      '-subj',
      subject,
      ...added,
    );
    return read(name);
  }

  /** `openssl ca` alone takes dates of one's own in OpenSSL 3.0. */
  writeFileSync(
    file('ca.cnf'),
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n',
  );
  writeFileSync(file('index.txt'), '');
  writeFileSync(file('serial'), '01\n');

  function signed(name: string, host: string, from: string, until: string): Certificate {
    key(name);
    writeFileSync(file(`${name}.ext`), `subjectAltName=DNS:${host}\nbasicConstraints=CA:FALSE\n`);
    openssl('req', '-new', '-key', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`);
    openssl(
      'ca',
      '-batch',
      '-config',
      'ca.cnf',
      '-cert',
      'authority.crt',
      '-keyfile',
      'authority.key',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.crt`,
      '-notext',
      '-extfile',
      `${name}.ext`,
      '-startdate',
      from,
      '-enddate',
      until,
    );
    return read(name);
  }

  const authority = selfSigned('authority', []);
  const [past, begun, end] = ['20200101000000Z', '20200102000000Z', '20990101000000Z'];
  return {
    authority,
    other: selfSigned('other', []),
    valid: signed('valid', HOST, begun, end),
    expired: signed('expired', HOST, past, begun),
    future: signed('future', HOST, '20980101000000Z', end),
    wrongHost: signed('wrong', 'other.example.org', begun, end),
    selfSigned: selfSigned('self', [`subjectAltName=DNS:${HOST}`]),
    client: signed('client', 'posthorn.example.org', begun, end),
    local: signed('local', 'localhost', begun, end),
  };
}
