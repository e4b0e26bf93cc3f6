import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { reseal } from '../../fuzz/mutation.ts'
import { runCli, type ProgramRun } from './world.ts'

const FIXTURE = fileURLToPath(new URL('../../fixtures/es-7.10.2/', import.meta.url))
const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
const PARTIAL = join(FIXTURE, 'repo-partial')
const signal = new AbortController().signal
const scratch = mkdtempSync(join(tmpdir(), 'backfill-bad-input-'))
const pristine = join(FIXTURE, 'repo')
/** A copy of the repository that a test may damage. */
const repo = join(scratch, 'repo')
const out = join(scratch, 'out')

/** The folders of the indices that the tests read; copying the others would only take time. */
const copied = indexFolders(['routed', 'many', 'large', 'nosource'])

beforeEach(() => {
  rmSync(repo, { recursive: true, force: true })
  rmSync(out, { recursive: true, force: true })
  const wanted = (path: string): boolean => {
    const folder = /^\/indices\/([^/]+)/.exec(path.slice(pristine.length))?.[1]
    return folder === undefined || copied.has(folder)
  }
  cpSync(pristine, repo, { recursive: true, filter: wanted })
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const exported = (index = 'routed', ...more: string[]): Promise<ProgramRun> =>
  runCli(['snapshot', 'export', '--repo', repo, '--snapshot', 'snap-2', '--index', index, ...more])

function indexFolders(names: readonly string[]): ReadonlySet<string> {
  const root = readdirSync(pristine).find((name) => /^index-\d+$/.test(name))!
  const { indices } = JSON.parse(readFileSync(join(pristine, root), 'utf8')) as RootJson
  return new Set(names.map((name) => indices[name]!.id))
}

/** What the tests look at of the root of a repository. */
interface RootJson {
  readonly indices: Record<string, { readonly id: string }>
}

/** Asserts the manners of every failure: a code, words, a hint, no stack, and an exit code of its own. */
function expectFailure(run: ProgramRun, expected: { code: string; exit: number; says: RegExp; hint?: RegExp }): void {
  expect(run.code, run.stderr).toBe(expected.code)
  expect(run.exitCode).toBe(expected.exit)
  expect(run.stderr).toMatch(expected.says)
  expect(run.stderr).toMatch(expected.hint ?? /^ {2}Hint: \w.+[.?]$/m)
  expect(run.stderr).not.toMatch(/^\s+at /m)
}

/** Keys of the blobs that hold the snapshot snap-2 and its index `routed`. */
async function keysOfSnapshot(): Promise<{ uuid: string; index: string; root: string }> {
  const repository = await openRepository(await openStore(repo), signal)
  const { uuid } = await repository.snapshot('snap-2', signal)
  const root = JSON.parse(readFileSync(join(repo, `index-${repository.generation}`), 'utf8')) as RootJson
  return { uuid, index: root.indices['routed']!.id, root: `index-${repository.generation}` }
}

/** The blobs of shard 0 of `routed` that are no metadata, with the kinds of their Lucene files. */
async function shardBlobs(): Promise<{ path: string; kind: string }[]> {
  const repository = await openRepository(await openStore(repo), signal)
  const snapshot = await repository.snapshot('snap-2', signal)
  const { files, uri } = await snapshot.shard('routed', 0, signal)
  const read = /\.(cfs|cfe|fdt|fdx|fdm|fnm|liv|dvm|dvd)$/
  return files
    .filter((file) => file.inline === undefined && read.test(file.physicalName))
    .map((file) => ({ path: join(uri, file.blobName), kind: read.exec(file.physicalName)![1]! }))
}

function edit(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(path, bytes)
}

describe('a location that is no repository', () => {
  test('a folder that is missing', async () => {
    const run = await runCli(['snapshot', 'list', '--repo', join(scratch, 'nowhere')])
    expectFailure(run, { code: 'REPOSITORY_NOT_FOUND', exit: 7, says: /nowhere: no such folder/ })
    expect(run.stdout).toBe('')
  })

  test('one level too high names the repository below', async () => {
    const run = await runCli(['snapshot', 'list', '--repo', scratch])
    const hint = new RegExp(`Hint: Give ${repo} instead`)
    expectFailure(run, { code: 'REPOSITORY_NOT_FOUND', exit: 7, says: /neither index.latest nor index-N/, hint })
  })

  test('one level too low names the repository above', async () => {
    const run = await runCli(['snapshot', 'list', '--repo', join(repo, 'indices')])
    const hint = new RegExp(`Hint: Give ${repo} instead`)
    expectFailure(run, { code: 'REPOSITORY_NOT_FOUND', exit: 7, says: /but there is in/, hint })
  })

  test('an empty folder, a store that is not supported, and no location at all', async () => {
    mkdirSync(out)
    const empty = await runCli(['snapshot', 'list', '--repo', out])
    expectFailure(empty, { code: 'REPOSITORY_NOT_FOUND', exit: 7, says: /empty or does not exist/ })
    const gcs = await runCli(['snapshot', 'list', '--repo', 'gs://bucket/base'])
    expectFailure(gcs, { code: 'CONFIG_INVALID', exit: 2, says: /Google Cloud Storage is not supported yet/ })
    const none = await runCli(['snapshot', 'list'])
    expectFailure(none, { code: 'USAGE', exit: 2, says: /--repo is missing/ })
  })
})

describe('a name that is not there', () => {
  test('an unknown snapshot names those there are', async () => {
    const run = await runCli(['snapshot', 'export', '--repo', repo, '--snapshot', 'snap-9'])
    expectFailure(run, { code: 'SNAPSHOT_NOT_FOUND', exit: 7, says: /snap-1.*snap-2.*snap-3-subset/ })
    expect(run.stdout).toBe('')
  })

  test('a pattern that matches nothing suggests a name', async () => {
    const run = await exported('rooted')
    const hint = /Did you mean routed/
    expectFailure(run, { code: 'INDEX_NOT_FOUND', exit: 7, says: /"rooted" matches none of its 19 indices/, hint })
  })
})

describe('a repository that lacks something', () => {
  test.each([
    ['the root of the repository', 'root'],
    ["the snapshot's own blob", 'snap'],
    ['the metadata of an index', 'index'],
    ['the file list of a shard', 'shard'],
    ['a data blob', 'data'],
  ])('%s is missing: the blob is named', async (_, kind) => {
    const { uuid, index, root } = await keysOfSnapshot()
    const meta = readdirSync(join(repo, 'indices', index)).filter((name) => name.startsWith('meta-'))
    const path = {
      root,
      snap: `snap-${uuid}.dat`,
      index: `indices/${index}`,
      shard: `indices/${index}/0/snap-${uuid}.dat`,
      data: (await shardBlobs())[0]!.path.slice(repo.length + 1),
    }[kind]!
    if (kind === 'index') for (const name of meta) unlinkSync(join(repo, path, name))
    else unlinkSync(join(repo, path))
    const run = await exported()
    const code = kind === 'root' ? 'REPOSITORY_NOT_FOUND' : 'BLOB_NOT_FOUND'
    expectFailure(run, { code, exit: kind === 'root' ? 7 : 1, says: new RegExp(path) })
    expect(run.stdout).toBe('')
  })
})

describe('a damaged blob', () => {
  test.each(['root', 'snap', 'index', 'shard'])(
    '%s metadata, cut or altered, is told with blob and byte',
    async (kind) => {
      const { uuid, index, root } = await keysOfSnapshot()
      const metas = readdirSync(join(repo, 'indices', index)).filter((name) => name.startsWith('meta-'))
      const paths = {
        root: [root],
        snap: [`snap-${uuid}.dat`],
        index: metas.map((name) => `indices/${index}/${name}`),
        shard: [`indices/${index}/0/snap-${uuid}.dat`],
      }[kind]!
      for (const path of paths) truncateSync(join(repo, path), 100)
      const cut = await exported()
      expectFailure(cut, { code: 'BLOB_CORRUPT', exit: 1, says: new RegExp(`${paths.join('|')}.* byte `) })
      expect(cut.stdout).toBe('')
      for (const path of paths) {
        copyFileSync(join(pristine, path), join(repo, path))
        edit(join(repo, path), (bytes) => (bytes[0]! ^= 1))
      }
      const altered = await exported()
      expect(['BLOB_CORRUPT', 'FORMAT_UNSUPPORTED']).toContain(altered.code)
      expect(altered.exitCode).toBe(1)
      expect(altered.stdout).toBe('')
    },
  )

  test('of every kind of Lucene file, cut or altered, is told with file and blob, and no line looks complete', async () => {
    const blobs = await shardBlobs()
    expect(new Set(blobs.map((blob) => blob.kind)).size).toBeGreaterThanOrEqual(2)
    for (const { path, kind } of blobs) {
      const whole = readFileSync(path)
      const named = new RegExp(`_\\w+\\.${kind} \\(${path.replaceAll('/', '\\/')}\\)|${path}`)
      truncateSync(path, whole.length - 20)
      expectFailure(await exported(), { code: 'BLOB_CORRUPT', exit: 1, says: named })
      writeFileSync(path, whole)
      edit(path, (bytes) => (bytes[bytes.length - 1]! ^= 1))
      expectFailure(await exported(), { code: 'BLOB_CORRUPT', exit: 1, says: named })
      writeFileSync(path, whole)
    }
    expect((await exported()).exitCode).toBe(0)
  })

  test('a whole and proper file of another shard under the right name is told by its checksum', async () => {
    const [first] = await shardBlobs()
    const other = first!.path.replace('/0/', '/1/')
    const folder = other.slice(0, other.lastIndexOf('/'))
    const size = readFileSync(first!.path).length
    const twin = readdirSync(folder).find(
      (name) => name.startsWith('__') && readFileSync(join(folder, name)).length >= size,
    )
    copyFileSync(join(folder, twin!), first!.path)
    expectFailure(await exported(), { code: 'BLOB_CORRUPT', exit: 1, says: /_\w+\.\w+ \(/ })
  })

  test('with --out leaves no file, neither finished nor partial', async () => {
    const [blob] = await shardBlobs()
    edit(blob!.path, (bytes) => (bytes[bytes.length - 1]! ^= 1))
    const run = await exported('routed', '--out', out)
    expect(run.exitCode).toBe(1)
    expect(readdirSync(out)).toEqual([])
    expect(run.stderr).not.toMatch(/Exported/)
  })
})

describe('something from the future', () => {
  test('a metadata blob of a later version', async () => {
    const { uuid } = await keysOfSnapshot()
    edit(join(repo, `snap-${uuid}.dat`), (bytes) => {
      bytes.writeInt32BE(7, 9 + 'snapshot'.length - 4)
      reseal(bytes, { start: 0, end: bytes.length })
    })
    const run = await exported()
    expectFailure(run, { code: 'FORMAT_UNSUPPORTED', exit: 1, says: /snapshot version 7; this release reads 1 to 1/ })
  })

  test('a kind of shard path that this release does not know', async () => {
    const { root } = await keysOfSnapshot()
    const json = JSON.parse(readFileSync(join(repo, root), 'utf8')) as { indices: Record<string, object> }
    json.indices['routed'] = { ...json.indices['routed'], shard_path_type: 9 }
    writeFileSync(join(repo, root), JSON.stringify(json))
    const run = await exported()
    expectFailure(run, { code: 'FORMAT_UNSUPPORTED', exit: 1, says: /shard path type 9/, hint: /compatibility/ })
  })
})

describe('a snapshot without all its shards', () => {
  test('PARTIAL is refused, with the shards that are missing', async () => {
    const run = await runCli(['snapshot', 'export', '--repo', PARTIAL, '--snapshot', 'partial'])
    expectFailure(run, {
      code: 'SNAPSHOT_INCOMPLETE',
      exit: 1,
      says: /state is PARTIAL; without shards unallocated\[0\]/,
    })
    expect(run.stdout).toBe('')
  })

  test('is no candidate for latest', async () => {
    const run = await runCli(['snapshot', 'export', '--repo', PARTIAL, '--snapshot', 'latest'])
    expectFailure(run, { code: 'SNAPSHOT_NOT_FOUND', exit: 7, says: /it has 1 snapshot, and none is complete/ })
  })

  test.each([
    ['IN_PROGRESS', 0],
    ['FAILED', 2],
  ])('%s is refused, also when its own blob is not there yet', async (state, number) => {
    const { root, uuid } = await keysOfSnapshot()
    const json = JSON.parse(readFileSync(join(repo, root), 'utf8')) as { snapshots: { name: string; state: number }[] }
    for (const snapshot of json.snapshots) if (snapshot.name === 'snap-2') snapshot.state = number
    writeFileSync(join(repo, root), JSON.stringify(json))
    expectFailure(await exported(), { code: 'SNAPSHOT_INCOMPLETE', exit: 1, says: new RegExp(`state is ${state}`) })
    unlinkSync(join(repo, `snap-${uuid}.dat`))
    expectFailure(await exported(), { code: 'SNAPSHOT_INCOMPLETE', exit: 1, says: new RegExp(`state is ${state}`) })
  })

  test('a root that lost an index of a complete snapshot is told', async () => {
    const { root } = await keysOfSnapshot()
    const json = JSON.parse(readFileSync(join(repo, root), 'utf8')) as { indices: Record<string, object> }
    delete json.indices['routed']
    writeFileSync(join(repo, root), JSON.stringify(json))
    expectFailure(await exported('*'), { code: 'BLOB_CORRUPT', exit: 1, says: /does not list its indices routed/ })
  })
})

describe('documents without a source', () => {
  test('are left out with exit code 3 and named one by one on stderr', async () => {
    const run = await exported('nosource')
    expect(run.exitCode).toBe(3)
    expect(run.stdout).toBe('')
    expect(run.stderr.match(/^SOURCE_MISSING index "nosource" id ".+"$/gm)).toHaveLength(28)
    expect(run.stderr).toMatch(/left out 28 documents/)
  })
})

describe('an output that cannot be written', () => {
  test('a folder of --out that is a file', async () => {
    writeFileSync(out, '')
    const run = await exported('routed', '--out', join(out, 'below'))
    expectFailure(run, { code: 'OUTPUT_UNWRITABLE', exit: 1, says: /routed\.ndjson\.partial/ })
  })

  test('a finished file of an earlier run stays as it was until the new one is complete', async () => {
    mkdirSync(out)
    writeFileSync(join(out, 'routed.ndjson'), 'earlier\n')
    const [blob] = await shardBlobs()
    renameSync(blob!.path, `${blob!.path}.away`)
    expect((await exported('routed', '--out', out)).exitCode).toBe(1)
    expect(readFileSync(join(out, 'routed.ndjson'), 'utf8')).toBe('earlier\n')
    renameSync(`${blob!.path}.away`, blob!.path)
    expect((await exported('routed', '--out', out)).exitCode).toBe(0)
    expect(readFileSync(join(out, 'routed.ndjson'), 'utf8').split('\n')).toHaveLength(32)
  })

  const full = existsSync('/dev/full') ? test : test.skip
  full('a full device behind standard output is a failure, not a fault of the program', () => {
    const script = `exec "$0" --import tsx "$1" snapshot export --repo "$2" --snapshot snap-2 --index many > /dev/full`
    const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, MAIN, repo], { encoding: 'utf8' })
    expect(stderr).toMatch(/Code: STORE_FULL/)
    expect(stderr).toMatch(/Hint: Free space/)
    expect(status).toBe(1)
  })

  test('a limit on the size of files, as on a full disk, leaves no file behind', () => {
    const script = `ulimit -f 64; trap '' XFSZ; exec "$0" --import tsx "$1" snapshot export --repo "$2" --snapshot snap-2 --index large --index many --out "$3"`
    const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, MAIN, repo, out], {
      encoding: 'utf8',
    })
    expect(stderr).toMatch(/Code: STORE_FULL/)
    expect(status).toBe(1)
    expect(readdirSync(out).filter((name) => name.endsWith('.partial'))).toEqual([])
    expect(existsSync(join(out, 'large.ndjson'))).toBe(false)
  })

  test('a reader that goes away ends the program quietly with a code that is not 0', () => {
    const script = `{ "$0" --import tsx "$1" snapshot export --repo "$2" --snapshot snap-2 --index many --index large; echo "exit $?" >&2; } | head -c 100`
    const { stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, MAIN, repo], { encoding: 'utf8' })
    expect(stdout).toHaveLength(100)
    expect(stderr).toBe('exit 141\n')
  })
})

describe('rights', () => {
  const NOBODY = 65534
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  // The running Node may lie in a folder of root's own; the one on the path is there for everybody.
  const node = [process.execPath, 'node'].find((path) => spawnSync(path, ['--version'], user).status === 0) ?? 'node'
  /** Runs the program as a user who is not root, whom rights would not stop. */
  const asUser = (...args: string[]): { status: number | null; stderr: string } => {
    chmodSync(scratch, 0o755)
    const command = ['--import', 'tsx', MAIN, 'snapshot', 'export', '--repo', repo, '--snapshot', 'snap-2']
    return spawnSync(node, [...command, '--index', 'routed', ...args], { encoding: 'utf8', ...user })
  }

  test('a blob that may not be read', async () => {
    const [blob] = await shardBlobs()
    chmodSync(blob!.path, 0o000)
    const { status, stderr } = asUser()
    expect(stderr).toMatch(/the operating system refuses access \(EACCES\)/)
    expect(stderr).toMatch(/Code: STORE_DENIED\n {2}Hint: Give the user that runs this program read rights/)
    expect(status).toBe(1)
  })

  test('a folder of --out that may not be written', () => {
    mkdirSync(out)
    chmodSync(out, 0o555)
    const { status, stderr } = asUser('--out', out)
    expect(stderr).toMatch(/write .*routed\.ndjson\.partial: EACCES/)
    expect(stderr).toMatch(/Code: OUTPUT_UNWRITABLE/)
    expect(status).toBe(1)
  })
})
