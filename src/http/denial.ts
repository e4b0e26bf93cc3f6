import { Failure } from '../core/failure.ts'
import type { HttpResponse } from './http-client.ts'

/** How much of a server's own words a message carries. */
const MAX_WORDS = 300

const BLOCK = /cluster_?block_?exception/i
const EXPIRED = /\bexpired\b/i
const SIGNATURE = /signature|security token|InvalidClientTokenId|UnrecognizedClient|MissingAuthenticationToken/i

/** The failure that a 401 or 403 stands for; undefined for every answer that the caller has to judge. */
export function denialOf(response: HttpResponse, request: string): Failure | undefined {
  if (response.status !== 401 && response.status !== 403) return undefined
  const words = reasonIn(response.body) ?? serverWords(response.body)
  const options = { op: 'send', subject: request }
  if (response.status === 401) {
    const scheme = response.headers['www-authenticate']?.split(' ')[0]
    return new Failure(
      'CLUSTER_AUTH',
      `status 401, credentials refused${scheme ? ` (asks for ${scheme})` : ''}${said(words)}`,
      {
        ...options,
        hint: 'Check user name and password, the API key, or the signing region and service, and that none has expired.',
      },
    )
  }
  // An index block answers 403 as well, but it is about the index and not about the user.
  if (BLOCK.test(serverWords(response.body))) return undefined
  if (SIGNATURE.test(words)) {
    return new Failure('CLUSTER_AUTH', `status 403, signature refused${said(words)}`, {
      ...options,
      hint: EXPIRED.test(words)
        ? 'The temporary credentials are too old: get new ones. If they are new, set the clock of this machine right.'
        : 'Check the AWS credentials, the clock of this machine, and the signing region and service.',
    })
  }
  return new Failure('CLUSTER_DENIED', `status 403${said(words)}`, {
    ...options,
    hint: grantHint(words),
  })
}

/**
 * The privilege and the user, by the server's own words.
 *
 * Source: messages of the security plugin of OpenSearch, `no permissions for [indices:data/read/search] and User [name=…`, and of
 * Elasticsearch, `action [indices:data/read/search] is unauthorized for user [name]`.
 */
function grantHint(words: string): string {
  const privilege = /no permissions for \[([^\]]+)\]/.exec(words)?.[1] ?? /action \[([^\]]+)\]/.exec(words)?.[1]
  if (privilege === undefined) return 'Grant the privilege that the answer names to this user.'
  const user = /User \[name=([^,\]]+)/.exec(words)?.[1] ?? /for user \[([^\]]+)\]/.exec(words)?.[1]
  return `Grant ${privilege} to ${user === undefined ? 'this user' : `user ${user}`}.`
}

/** The start of an answer as text on one line, at most 300 characters. */
export function serverWords(body: Uint8Array): string {
  const text = new TextDecoder()
    .decode(body.subarray(0, 4 * MAX_WORDS))
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return text.length <= MAX_WORDS ? text : `${text.slice(0, MAX_WORDS)}…`
}

/** The reason inside an error of a cluster or of a gateway; undefined when the answer is none. */
function reasonIn(body: Uint8Array): string | undefined {
  return /"(?:reason|message)"\s*:\s*"((?:[^"\\]|\\.)+)"/i.exec(serverWords(body))?.[1]
}

function said(words: string): string {
  return words === '' ? '' : `: ${words}`
}
