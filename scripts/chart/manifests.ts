import { fileURLToPath } from 'node:url'
import { renderChart, type ChartValues } from './render-chart.ts'

/** Where the plain manifests are, from the root of the repository. */
export const MANIFESTS = 'deploy/manifests/backfill-workflow.yaml'
/** Folder of the chart. */
export const CHART_FOLDER = fileURLToPath(new URL('../../deploy/chart', import.meta.url))

const HEAD = `# The Helm chart of deploy/chart with its default values; written by npm run chart.
# kubectl create namespace ma && kubectl apply -n ma -f ${MANIFESTS}
`

/** All objects of the chart as one YAML text for `kubectl apply`. */
export function renderManifests(changes: ChartValues = {}): string {
  const rendered = renderChart(CHART_FOLDER, changes, { name: 'backfill-workflow', namespace: 'ma' })
  const texts = [...rendered].filter(([file]) => file.endsWith('.yaml')).map(([, text]) => text.trim())
  const kept = texts
    .filter((text) => text !== '')
    .map((text) => text.replaceAll(/^.*(helm\.sh\/chart:|managed-by: Helm).*\n/gm, ''))
  return `${HEAD}---\n${kept.join('\n---\n')}\n`
}
