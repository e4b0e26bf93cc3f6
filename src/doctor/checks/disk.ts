import * as z from 'zod'
import { call } from '../../cluster/call.ts'
import { formatBytes } from '../../core/units.ts'
import type { Examination, ReachedCluster } from '../examination.ts'
import { ok, problem, warning, type Finding } from '../finding.ts'

const allocationSchema = z.array(
  z.object({ node: z.string(), 'disk.avail': z.string().nullish(), 'disk.total': z.string().nullish() }),
)

/** Above this share of a disk a server moves shards away, and soon refuses writes. */
const HIGH_WATERMARK = 0.9

/** Whether the target has room for the primaries of the planned indices, and for one replica of each. */
export async function checkDisk(
  { subject, cluster }: ReachedCluster,
  newBytes: number,
  { signal }: Examination,
): Promise<Finding[]> {
  const query = { format: 'json', bytes: 'b', h: 'node,disk.avail,disk.total' }
  const lines = await call(cluster, { method: 'GET', path: ['_cat', 'allocation'], query }, allocationSchema, signal)
  const disks = lines.flatMap((line) => {
    const [available, total] = [Number(line['disk.avail'] ?? NaN), Number(line['disk.total'] ?? NaN)]
    return Number.isFinite(available) && total > 0 ? [{ node: line.node, available, total }] : []
  })
  if (disks.length === 0) {
    const remedy = `Make sure that there is room for ${formatBytes(newBytes)} and its replicas.`
    return [warning('disk', subject, 'it does not tell how much room its disks have', remedy)]
  }
  const usable = disks.reduce(
    (sum, { available, total }) => sum + Math.max(0, available - total * (1 - HIGH_WATERMARK)),
    0,
  )
  const detail = `${formatBytes(Math.floor(usable))} free below the high watermark, ${formatBytes(newBytes)} to come without replicas`
  const full = disks.filter(({ available, total }) => available < total * (1 - HIGH_WATERMARK))
  const findings = full.map(({ node, available, total }) =>
    warning(
      'disk',
      subject,
      `the disk of node ${node} is ${Math.round(100 - (100 * available) / total)}% full`,
      'Free space there; above 95% its indices become read-only.',
    ),
  )
  if (usable < newBytes) return [...findings, problem('disk', subject, detail, 'Add disk or nodes, or migrate less.')]
  if (usable < 2 * newBytes) {
    const remedy = 'Room for one replica of everything would take twice as much: add disk, or load without replicas.'
    return [...findings, warning('disk', subject, detail, remedy)]
  }
  return [...findings, ok('disk', subject, detail)]
}
