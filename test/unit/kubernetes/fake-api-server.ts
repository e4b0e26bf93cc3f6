import { startScriptedServer, type Reply, type ScriptedServer, type SeenRequest } from '../http/scripted-server.ts'

interface Stored {
  readonly [part: string]: unknown
  readonly metadata: {
    readonly name: string
    readonly resourceVersion: string
    readonly labels?: Record<string, string>
  }
}

/** A server of the Kubernetes interface that keeps objects of any kind in memory, with the rules that writing has to keep. */
export interface FakeApiServer extends ScriptedServer {
  /** Objects by path: `/api/v1/namespaces/ma/secrets/login`. */
  readonly objects: Map<string, Stored>
}

/** Starts a server without any object. */
export async function startFakeApiServer(): Promise<FakeApiServer> {
  const objects = new Map<string, Stored>()
  let version = 0

  function answer({ method, url, body }: SeenRequest): Reply {
    const { pathname, searchParams } = new URL(url, 'http://x')
    const content = body.length === 0 ? undefined : (JSON.parse(body.toString()) as Stored)
    const known = objects.get(pathname)
    const keep = (path: string, object: Stored, status: number): Reply => {
      const metadata = { uid: path, ...object.metadata, resourceVersion: String(++version) }
      const stored = { ...object, metadata }
      objects.set(path, stored)
      return { status, body: stored }
    }
    switch (method) {
      case 'GET':
        if (/\/(configmaps|secrets|workflows)$/.test(pathname)) {
          return { status: 200, body: { metadata: {}, items: selected(objects, pathname, searchParams) } }
        }
        return known === undefined ? refusal(404, 'NotFound') : { status: 200, body: known }
      case 'POST': {
        const path = `${pathname}/${content!.metadata.name}`
        return objects.has(path) ? refusal(409, 'AlreadyExists') : keep(path, content!, 201)
      }
      case 'PUT':
        if (known === undefined) return refusal(404, 'NotFound')
        if (content!.metadata.resourceVersion !== known.metadata.resourceVersion) return refusal(409, 'Conflict')
        return keep(pathname, content!, 200)
      case 'PATCH':
        return known === undefined ? refusal(404, 'NotFound') : keep(pathname, merge(known, content!) as Stored, 200)
      case 'DELETE':
        if (!objects.delete(pathname)) return refusal(404, 'NotFound')
        return { status: 200, body: { kind: 'Status', status: 'Success' } }
      default:
        return refusal(405, 'MethodNotAllowed')
    }
  }

  return { ...(await startScriptedServer(answer)), objects }
}

function selected(objects: ReadonlyMap<string, Stored>, path: string, query: URLSearchParams): readonly Stored[] {
  const wanted = (query.get('labelSelector') ?? '').split(',').filter((part) => part !== '')
  return [...objects]
    .filter(([at]) => at.startsWith(`${path}/`))
    .map(([, object]) => object)
    .filter(({ metadata }) =>
      wanted.every((part) => {
        const [key = '', value] = part.split('=')
        return metadata.labels?.[key] === value
      }),
    )
}

/** RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result = new Map<string, unknown>(Object.entries(typeof target === 'object' && target !== null ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, merge(result.get(key), value))
  }
  return Object.fromEntries(result)
}

function refusal(code: number, reason: string): Reply {
  return { status: code, body: { kind: 'Status', status: 'Failure', reason, message: reason, code } }
}
