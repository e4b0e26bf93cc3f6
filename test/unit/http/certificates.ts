import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate and its key in PEM, and where the certificate lies as a file. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

/** Test certificates made with the system's openssl; `remove` deletes them. */
export interface Certificates {
  readonly ca: Certificate
  /** Made out to 127.0.0.1 and issued by the CA. */
  readonly server: Certificate
  /** Made out to another host and issued by the CA. */
  readonly otherHost: Certificate
  /** Issued by the CA, valid in 2001 only. */
  readonly expired: Certificate
  readonly selfSigned: Certificate
  readonly client: Certificate
  remove(): void
}

/** Makes one CA and the certificates that the TLS tests need. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'http-test-certificates-'))
  const file = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'pipe', cwd: folder })
  }
  const load = (name: string): Certificate => ({
    cert: readFileSync(file(`${name}.pem`), 'utf8'),
    key: readFileSync(file(`${name}.key`), 'utf8'),
    certFile: file(`${name}.pem`),
    keyFile: file(`${name}.key`),
  })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const selfSign = (name: string, subject: string, san: string): Certificate => {
    const extension = ['-addext', `subjectAltName=${san}`]
    openssl('req', '-x509', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', subject, ...extension)
    return load(name)
  }
  const issue = (
    name: string,
    subject: string,
    san: string,
    period: readonly string[] = ['-days', '30'],
  ): Certificate => {
    openssl('req', '-new', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
    writeFileSync(file(`${name}.ext`), `subjectAltName=${san}\n`)
    writeFileSync(file('index.txt'), '')
    writeFileSync(file('serial'), `${Buffer.from(name).toString('hex').slice(0, 16)}\n`)
    writeFileSync(
      file('ca.conf'),
      `[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\norganizationName=optional\ncommonName=supplied\n`,
    )
    const io = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-extfile', `${name}.ext`, '-notext']
    openssl('ca', '-batch', '-config', 'ca.conf', '-cert', 'ca.pem', '-keyfile', 'ca.key', ...io, ...period)
    return load(name)
  }
  return {
    ca: selfSign('ca', '/O=Test/CN=test-authority', 'DNS:ca.example'),
    selfSigned: selfSign('self', '/O=Lab/CN=self-made', 'IP:127.0.0.1'),
    server: issue('server', '/O=Lab/CN=node-1', 'IP:127.0.0.1,DNS:localhost'),
    otherHost: issue('other', '/O=Lab/CN=node-2', 'DNS:search.example'),
    expired: issue('expired', '/O=Lab/CN=node-3', 'IP:127.0.0.1', [
      '-startdate',
      '20010101000000Z',
      '-enddate',
      '20011231000000Z',
    ]),
    client: issue('client', '/O=Lab/CN=client', 'DNS:client.example'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
