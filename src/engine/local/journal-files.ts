import {
  closeSync,
  constants,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'

/** What a journal asks of a file system; tests have one that fails or loses its power at any call. */
export interface JournalFiles {
  /** Opens a file for appending, and creates it where it is missing. */
  open(path: string): number
  /** Creates a file for appending, empty whatever was there. */
  create(path: string): number
  /** All bytes of a file. */
  read(path: string): Buffer
  /** Appends, and returns how many bytes found room. */
  write(file: number, bytes: Uint8Array): number
  truncate(file: number, bytes: number): void
  /** Returns when everything that was written to the file is on the disk. */
  sync(file: number): void
  /** As `sync`, without holding up the caller's thread. */
  syncAside(file: number): Promise<void>
  /** Returns when names that were made or changed in the folder are on the disk. */
  syncFolder(path: string): void
  /** Gives a file another name, in place of the file that had it. */
  rename(from: string, to: string): void
  /** Removes a file; nothing to do when it is not there. */
  remove(path: string): void
  close(file: number): void
}

const APPEND = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND

/** The file system of this machine. */
export const diskFiles: JournalFiles = {
  open: (path) => openSync(path, APPEND, 0o600),
  create: (path) => openSync(path, APPEND | constants.O_TRUNC, 0o600),
  read: (path) => readFileSync(path),
  write: (file, bytes) => writeSync(file, bytes),
  truncate: ftruncateSync,
  sync: fsyncSync,
  syncAside: (file) =>
    new Promise((resolve, reject) => {
      fdatasync(file, (error) => {
        if (error === null) resolve()
        else reject(error)
      })
    }),
  syncFolder: (path) => {
    const folder = openSync(path, constants.O_RDONLY)
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  close: closeSync,
}
