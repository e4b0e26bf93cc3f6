import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { runCommand } from './command.ts'
import { BootError, commandMissing, noSecurityPlugin } from './messages.ts'
import type { ServerRecipe } from './recipes.ts'

/** A user of a server with the security plugin. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Who may do everything. */
export const ADMIN: Credentials = { username: 'admin', password: 'Test-Admin-1!' }

/** Who may only read; for tests of refused writes. */
export const READER: Credentials = { username: 'reader', password: 'Test-Reader-1!' }

/** The password of the reader as the security plugin keeps it; giving it to a new user spares the server the work. */
export const READER_HASH = '$2y$08$grZ6z7I0rzAKbAc/XZBgM.GQjLpibPxm2TBfxHxDD2kS/PyYegO56'

/** What a boot with security needs besides the plugin. */
export interface SecurityFiles {
  readonly credentials: Credentials
  readonly caFile: string
  readonly settings: Readonly<Record<string, string>>
}

/** The hashes are bcrypt of the two passwords above. */
const INTERNAL_USERS = `_meta:
  type: internalusers
  config_version: 2
admin:
  hash: "$2y$08$Ar20MkmRqvsukVNM2bIRouVoIxjhruG3txm87Np66ghEntCc2YF86"
  reserved: true
  backend_roles: [admin]
reader:
  hash: "${READER_HASH}"
  reserved: false
  backend_roles: [readall]
`

const CERTIFICATE_FILES = ['ca.pem', 'node.pem', 'node-key.pem']

/** Fills the configuration folder with certificates, users and roles. */
export async function prepareSecurity(
  recipe: ServerRecipe,
  home: string,
  configuration: string,
): Promise<SecurityFiles> {
  if (!('opensearch-security' in recipe.zippedPlugins)) throw new BootError(noSecurityPlugin(recipe))
  const certificates = await cached('certificates-1', makeCertificates)
  for (const file of CERTIFICATE_FILES) cpSync(join(certificates, file), join(configuration, file))
  const own = join(configuration, 'opensearch-security')
  cpSync(join(home, 'plugins', 'opensearch-security', 'config'), own, { recursive: true })
  writeFileSync(join(own, 'internal_users.yml'), INTERNAL_USERS)
  return { credentials: ADMIN, caFile: join(certificates, 'ca.pem'), settings: SETTINGS }
}

const SETTINGS = {
  'plugins.security.ssl.transport.pemcert_filepath': 'node.pem',
  'plugins.security.ssl.transport.pemkey_filepath': 'node-key.pem',
  'plugins.security.ssl.transport.pemtrustedcas_filepath': 'ca.pem',
  'plugins.security.ssl.transport.enforce_hostname_verification': 'false',
  'plugins.security.ssl.http.enabled': 'true',
  'plugins.security.ssl.http.pemcert_filepath': 'node.pem',
  'plugins.security.ssl.http.pemkey_filepath': 'node-key.pem',
  'plugins.security.ssl.http.pemtrustedcas_filepath': 'ca.pem',
  'plugins.security.allow_default_init_securityindex': 'true',
  'plugins.security.allow_unsafe_democertificates': 'true',
  'plugins.security.nodes_dn.0': 'CN=node-1,O=Test',
  'plugins.security.audit.type': 'noop',
  'plugins.security.enable_snapshot_restore_privilege': 'true',
  'plugins.security.check_snapshot_restore_write_privileges': 'true',
  'plugins.security.restapi.roles_enabled.0': 'all_access',
  'plugins.security.restapi.roles_enabled.1': 'security_rest_api_access',
}

/** A certificate authority and one node certificate for 127.0.0.1 and localhost; keys for tests only. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = async (...args: string[]): Promise<void> => {
    const missing = commandMissing('openssl', 'make test certificates')
    const { code, output } = await runCommand('openssl', args, { cwd: folder, missing })
    if (code !== 0) throw new BootError(`make test certificates: openssl ${args[0] ?? ''}: ${output.trim()}`)
  }
  const newKey = ['-newkey', 'rsa:2048', '-nodes']
  const tenYears = ['-days', '3650']
  const names = ['subjectAltName=DNS:localhost,IP:127.0.0.1', 'extendedKeyUsage=serverAuth,clientAuth']
  writeFileSync(join(folder, 'node.ext'), names.join('\n'))
  await openssl(
    'req',
    '-x509',
    ...newKey,
    ...tenYears,
    '-subj',
    '/O=Test/CN=test-ca',
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
  )
  await openssl('req', ...newKey, '-subj', '/O=Test/CN=node-1', '-keyout', 'node-key.pem', '-out', 'node.csr')
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-extfile', 'node.ext']
  await openssl('x509', '-req', '-in', 'node.csr', ...signing, ...tenYears, '-out', 'node.pem')
}
