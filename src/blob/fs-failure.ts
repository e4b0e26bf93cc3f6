import { Failure, messageOf } from '../core/failure.ts'

const MISSING = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']
const DENIED = ['EACCES', 'EPERM']

/** True when the error of a file system call says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return MISSING.includes(codeOf(error))
}

/**
 * The failure for an error of a file system call: `BLOB_NOT_FOUND`, `STORE_DENIED`, or a retryable `STORE_UNREACHABLE`
 * (EIO of a disk, ESTALE of a share, EMFILE when too many files are open).
 */
export function fsFailure(error: unknown, op: string, path: string): Failure {
  const options = { op, subject: path, cause: error }
  const code = codeOf(error)
  if (MISSING.includes(code)) return new Failure('BLOB_NOT_FOUND', `no such file (${code})`, options)
  if (DENIED.includes(code)) {
    return new Failure('STORE_DENIED', `the operating system refuses access (${code})`, {
      ...options,
      hint: 'Give the user that runs this program read rights on the files and search rights on the folders.',
    })
  }
  return new Failure('STORE_UNREACHABLE', messageOf(error), { ...options, retryable: true })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
