import * as z from 'zod'
import { call, callOr, type JsonObject } from './call.ts'
import type { Cluster } from './cluster.ts'
import { acknowledgedSchema, ifMissing } from './shapes.ts'

/** A snapshot repository as a cluster has it registered. Settings may name buckets and folders, never credentials. */
export interface RegisteredRepository {
  readonly name: string
  /** `fs`, `s3`, `url`, … */
  readonly type: string
  readonly settings: JsonObject
}

const repositoriesSchema = z.record(
  z.string(),
  z.object({ type: z.string(), settings: z.record(z.string(), z.unknown()).default({}) }),
)
const verifiedSchema = z.object({ nodes: z.record(z.string(), z.object({ name: z.string() })) })

/** Registers a repository, or changes its settings where the name is taken. Idempotent. */
export async function createRepository(
  cluster: Cluster,
  repository: RegisteredRepository,
  signal: AbortSignal,
): Promise<void> {
  const { name, type, settings } = repository
  const wanted = { method: 'PUT', path: ['_snapshot', name], body: { type, settings } } as const
  await call(cluster, wanted, acknowledgedSchema, signal)
}

/** The repository of that name, undefined when there is none. Changes nothing. */
export async function getRepository(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
): Promise<RegisteredRepository | undefined> {
  const wanted = { method: 'GET', path: ['_snapshot', name] } as const
  const found = await callOr(cluster, wanted, repositoriesSchema, ifMissing, signal)
  const repository = found === 'missing' ? undefined : found[name]
  return repository && { name, ...repository }
}

/** All repositories, by name. Changes nothing. */
export async function listRepositories(cluster: Cluster, signal: AbortSignal): Promise<RegisteredRepository[]> {
  const found = await call(cluster, { method: 'GET', path: ['_snapshot'] }, repositoriesSchema, signal)
  return Object.entries(found)
    .map(([name, repository]) => ({ name, ...repository }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Unregisters a repository; its files stay. False when there was none. Idempotent. */
export async function deleteRepository(cluster: Cluster, name: string, signal: AbortSignal): Promise<boolean> {
  const wanted = { method: 'DELETE', path: ['_snapshot', name] } as const
  return (await callOr(cluster, wanted, acknowledgedSchema, ifMissing, signal)) !== 'missing'
}

/**
 * Has every node write to the repository, and returns the names of the nodes that could. `CLUSTER_REFUSED` with the words
 * of the node that could not. Idempotent.
 */
export async function verifyRepository(cluster: Cluster, name: string, signal: AbortSignal): Promise<string[]> {
  const wanted = { method: 'POST', path: ['_snapshot', name, '_verify'], idempotent: true } as const
  const { nodes } = await call(cluster, wanted, verifiedSchema, signal)
  return Object.values(nodes).map((node) => node.name)
}
