import { isRecord, placeName } from './plain-data.ts'
import type { Report } from './report.ts'

/** Checks what a schema cannot say of one cluster: which keys go together. Takes the raw value, right or wrong. */
export function checkCluster(cluster: unknown, path: readonly string[], report: Report): void {
  if (!isRecord(cluster)) return
  checkAuth(cluster['authConfig'], [...path, 'authConfig'], report)
  checkRepository(cluster['snapshotRepo'], [...path, 'snapshotRepo'], report)
  if (isRecord(cluster['tls'])) {
    const { verify, caFile } = cluster['tls']
    if (verify === false) {
      report.value([...path, 'tls', 'verify'], {
        severity: 'warning',
        code: 'CFG_INSECURE',
        message: 'the certificate is not verified, so anyone on the way can read and change what is sent',
        hint: 'Name the authority with tls.caFile instead.',
      })
      if (caFile !== undefined) {
        report.key([...path, 'tls', 'caFile'], {
          severity: 'warning',
          code: 'CFG_NO_EFFECT',
          message: "'caFile' has no effect while 'verify' is false",
        })
      }
    }
  }
}

/** Checks that a repository has exactly one place. */
export function checkRepository(repository: unknown, path: readonly string[], report: Report): void {
  if (!isRecord(repository)) return
  const { s3RepoPathUri, fsRepoPath, repoName, aws_region: region, awsRegion, localPath } = repository
  if (s3RepoPathUri !== undefined && fsRepoPath !== undefined) {
    report.key([...path, 'fsRepoPath'], {
      code: 'CFG_CONTRADICTION',
      message: "a repository is in S3 or in a folder: 's3RepoPathUri' and 'fsRepoPath' cannot both be there",
      hint: 'Remove one of them.',
    })
  }
  if (s3RepoPathUri === undefined && fsRepoPath === undefined && repoName === undefined) {
    report.key(path, {
      code: 'CFG_MISSING_KEY',
      message: `${placeName(path)} does not say where the repository is`,
      hint: 'Add s3RepoPathUri, fsRepoPath, or repoName of a registered one.',
    })
  }
  if (region !== undefined && awsRegion !== undefined && region !== awsRegion) {
    report.value([...path, 'awsRegion'], {
      code: 'CFG_CONTRADICTION',
      message: "'aws_region' and 'awsRegion' name two regions",
      hint: 'Remove one of them.',
    })
  }
  if (s3RepoPathUri === undefined) {
    for (const key of ['aws_region', 'awsRegion', 'endpoint', 'pathStyle', 'roleArn', 'readerRoleArn']) {
      if (repository[key] === undefined) continue
      report.key([...path, key], {
        code: 'CFG_CONTRADICTION',
        message: `'${key}' goes with 's3RepoPathUri', which is not there`,
        hint: 'Add s3RepoPathUri: s3://bucket/prefix, or remove the key.',
      })
    }
  } else if (localPath !== undefined) {
    report.key([...path, 'localPath'], {
      code: 'CFG_CONTRADICTION',
      message: "'localPath' goes with 'fsRepoPath' or 'repoName'",
      hint: 'Remove it: a bucket is read directly.',
    })
  }
  for (const key of ['fsRepoPath']) {
    const folder = repository[key]
    if (typeof folder !== 'string' || folder === '' || /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(folder)) continue
    report.value([...path, key], {
      code: 'CFG_WRONG_VALUE',
      message: `'${folder}' is not an absolute path`,
      hint: `Write the folder as the source cluster sees it, such as /mnt/${folder.replace(/^\.?\/+/, '')}.`,
    })
  }
}

function checkAuth(auth: unknown, path: readonly string[], report: Report): void {
  if (!isRecord(auth)) return
  const kinds = ['basic', 'sigv4', 'mtls', 'apiKey', 'none'].filter((kind) => auth[kind] !== undefined)
  if (kinds.length === 0 && Object.keys(auth).length === 0) {
    report.key(path, {
      code: 'CFG_MISSING_KEY',
      message: `${placeName(path)} names no way to authenticate`,
      hint: 'Add basic, sigv4, mtls or apiKey; or remove authConfig.',
    })
  }
  for (const kind of kinds.slice(1)) {
    report.key([...path, kind], {
      code: 'CFG_CONTRADICTION',
      message: `a cluster has one way to authenticate: '${kinds[0]!}' and '${kind}' cannot both be there`,
      hint: 'Remove one of them.',
    })
  }
  checkBasic(auth['basic'], [...path, 'basic'], report)
  checkApiKey(auth['apiKey'], [...path, 'apiKey'], report)
}

function checkBasic(basic: unknown, path: readonly string[], report: Report): void {
  if (!isRecord(basic)) return
  if (basic['secretName'] !== undefined) {
    excludesOthers(basic, 'secretName', path, report)
    return
  }
  exactlyOne(basic, ['username', 'usernameFromEnv'], path, report)
  exactlyOne(basic, ['password', 'passwordFromEnv', 'passwordFromFile'], path, report)
  if (basic['password'] !== undefined) warnInline([...path, 'password'], 'passwordFromFile', report)
}

function checkApiKey(apiKey: unknown, path: readonly string[], report: Report): void {
  if (!isRecord(apiKey)) return
  exactlyOne(apiKey, ['key', 'keyFromEnv', 'keyFromFile', 'secretName'], path, report)
  if (apiKey['key'] !== undefined) warnInline([...path, 'key'], 'keyFromFile', report)
}

function exactlyOne(map: object, keys: readonly string[], path: readonly string[], report: Report): void {
  const present = keys.filter((key) => Object.hasOwn(map, key))
  if (present.length === 0) {
    const hint = `Add ${keys.slice(0, -1).join(', ')} or ${keys.at(-1)!}.`
    report.key(path, { code: 'CFG_MISSING_KEY', message: `${placeName(path)} has no '${keys[0]!}'`, hint })
  }
  for (const key of present.slice(1)) {
    const message = `'${present[0]!}' and '${key}' say the same thing in two ways`
    report.key([...path, key], { code: 'CFG_CONTRADICTION', message, hint: 'Remove one of them.' })
  }
}

function excludesOthers(map: object, key: string, path: readonly string[], report: Report): void {
  for (const other of Object.keys(map).filter((candidate) => candidate !== key)) {
    const message = `'${other}' cannot stand beside '${key}', which holds both user name and password`
    report.key([...path, other], { code: 'CFG_CONTRADICTION', message, hint: 'Remove one of them.' })
  }
}

function warnInline(path: readonly string[], reference: string, report: Report): void {
  report.value(path, {
    severity: 'warning',
    code: 'CFG_INLINE_SECRET',
    message: `${path.at(-1) === 'key' ? 'an API key' : 'a password'} stands in the configuration`,
    hint: `Refer to it with ${reference}; workflow configure credentials move puts it into a file, on Kubernetes into a Secret.`,
  })
}
