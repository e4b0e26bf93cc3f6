import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a container of an image runs, and as whom. */
export interface ImageConfiguration {
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly env?: readonly string[]
  readonly workingDirectory?: string
  readonly user?: string
}

/**
 * Packs a folder as the root file system of a container image of one layer, in the form that `ctr image import` and
 * `docker load` read. The same folder gives the same archive.
 */
export function writeImageArchive(
  file: string,
  name: string,
  rootFolder: string,
  { entrypoint, command, env, workingDirectory, user }: ImageConfiguration,
): void {
  const draft = mkdtempSync(join(tmpdir(), 'image-'))
  try {
    const layer = join(draft, 'layer.tar')
    const owned = ['--numeric-owner', '--owner=0', '--group=0', '--sort=name', '--mtime=@0']
    execFileSync('tar', [...owned, '-C', rootFolder, '-cf', layer, '.'])
    const digest = sha256(readFileSync(layer))
    mkdirSync(join(draft, digest))
    renameSync(layer, join(draft, digest, 'layer.tar'))
    const configuration = JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: {
        User: user ?? '',
        Env: env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Entrypoint: entrypoint ?? null,
        Cmd: command ?? null,
        WorkingDir: workingDirectory ?? '/',
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [{ created: '1970-01-01T00:00:00Z' }],
    })
    const configurationFile = `${sha256(Buffer.from(configuration))}.json`
    writeFileSync(join(draft, configurationFile), configuration)
    const manifest = [{ Config: configurationFile, RepoTags: [name], Layers: [`${digest}/layer.tar`] }]
    writeFileSync(join(draft, 'manifest.json'), JSON.stringify(manifest))
    execFileSync('tar', [...owned, '-C', draft, '-cf', file, 'manifest.json', configurationFile, digest])
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
