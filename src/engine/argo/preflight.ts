import type { Clock } from '../../core/clock.ts'
import { Failure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { Kubernetes, ObjectKind } from '../../kubernetes/kubernetes.ts'
import { NAME_LABEL, PROGRAM_NAME } from './run-names.ts'
import { STEP_ACCOUNT } from './render-workflow.ts'
import { isEnded, readWorkflow, type WorkflowStatus } from './workflow-status.ts'

/** What checking a namespace takes from its surroundings. */
export interface PreflightParts {
  readonly kubernetes: Kubernetes
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
}

/** Rights that running a workflow takes. */
const RIGHTS: readonly (readonly [kind: ObjectKind, verbs: readonly string[]])[] = [
  ['ConfigMap', ['get', 'list', 'create', 'update', 'patch', 'delete']],
  ['Secret', ['get', 'create', 'delete']],
  ['Pod', ['list']],
  ['Event', ['list']],
  ['WorkflowTemplate', ['get']],
  ['Workflow', ['get', 'list', 'create', 'patch', 'delete']],
]
const TEMPLATES = ['step', 'restore-documents', 'planned', 'approval', 'cleanup']
/** A controller with many workflows and Argo's own defaults looks at a new one within ten seconds. */
const PROBE_MS = 30_000
const PROBE_POLL_MS = 200

/**
 * Refuses a namespace in which a workflow could not run, before anything of it is made: `KUBERNETES_UNREACHABLE`,
 * `KUBERNETES_DENIED` with the right that is missing, `ARGO_MISSING`, `ARGO_TEMPLATES_MISSING`. Whether the controller works is
 * seen by a Workflow of one suspend node without a pod, which is removed again.
 */
export async function requireArgo(parts: PreflightParts): Promise<void> {
  const { kubernetes } = parts
  if (!(await kubernetes.knows('Workflow'))) throw notInstalled(kubernetes)
  await requireRights(kubernetes)
  const template = await kubernetes.get('WorkflowTemplate', PROGRAM_NAME)
  if (template === undefined) throw templatesMissing(kubernetes, 'it is not there')
  const { templates = [] } = (template['spec'] ?? {}) as { readonly templates?: readonly { readonly name?: string }[] }
  const missing = TEMPLATES.filter((name) => !templates.some((one) => one.name === name))
  if (missing.length > 0) throw templatesMissing(kubernetes, `it has no template ${missing.join(', ')}`)
  await probe(parts)
}

async function requireRights(kubernetes: Kubernetes): Promise<void> {
  const asked = RIGHTS.flatMap(([kind, verbs]) => verbs.map((verb) => [verb, kind] as const))
  const allowed = await Promise.all(asked.map(([verb, kind]) => kubernetes.may(verb, kind)))
  const missing = asked.filter((_, position) => allowed[position] === false)
  if (missing.length === 0) return
  const rights = missing.map(([verb, kind]) => `${verb} ${plural(kind)}`).join(', ')
  throw new Failure('KUBERNETES_DENIED', `these rights are missing: ${rights}`, {
    op: 'submit to',
    subject: `namespace ${kubernetes.namespace}`,
    hint: 'Run it in the migration console, or bind the role backfill-workflow-console of the chart to this user.',
  })
}

function notInstalled(kubernetes: Kubernetes): Failure {
  return new Failure('ARGO_MISSING', 'the cluster does not know the kind Workflow', {
    op: 'submit to',
    subject: `namespace ${kubernetes.namespace}`,
    hint: 'Install Argo Workflows 3.5 or newer, then the Helm chart of this program.',
  })
}

function templatesMissing(kubernetes: Kubernetes, detail: string): Failure {
  const { namespace } = kubernetes
  return new Failure('ARGO_TEMPLATES_MISSING', detail, {
    op: 'find',
    subject: `WorkflowTemplate ${PROGRAM_NAME} in namespace ${namespace}`,
    hint: `Install the Helm chart of this release in it. What is there: kubectl get workflowtemplates -n ${namespace}`,
  })
}

async function probe({ kubernetes, clock, random, signal }: PreflightParts): Promise<void> {
  const name = `${PROGRAM_NAME}-probe-${random.hex(4)}`
  await kubernetes.create({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, labels: { [NAME_LABEL]: PROGRAM_NAME } },
    spec: {
      entrypoint: 'probe',
      serviceAccountName: STEP_ACCOUNT,
      ttlStrategy: { secondsAfterCompletion: 60 },
      arguments: {
        parameters: [
          { name: 'run', value: name },
          { name: 'attempt', value: '0' },
        ],
      },
      templates: [
        {
          name: 'probe',
          dag: {
            tasks: [
              {
                name: 'approval',
                templateRef: { name: PROGRAM_NAME, template: 'approval' },
                arguments: {
                  parameters: [
                    { name: 'step', value: 'probe' },
                    { name: 'hold', valueFrom: { configMapKeyRef: { name, key: 'hold' }, default: '0s' } },
                  ],
                },
              },
            ],
          },
        },
      ],
    },
  })
  try {
    const deadline = clock.monotonic() + PROBE_MS
    for (;;) {
      const object = await kubernetes.get('Workflow', name)
      const status: Partial<WorkflowStatus> = object === undefined ? {} : readWorkflow(object)
      if (status.phase === 'Failed' || status.phase === 'Error') throw unfit(kubernetes, status.message ?? status.phase)
      if (isEnded(status) || status.phase === 'Running') return
      if (clock.monotonic() > deadline) throw unanswered(kubernetes)
      await clock.sleep(PROBE_POLL_MS, signal)
    }
  } finally {
    await kubernetes.remove('Workflow', name)
  }
}

function unanswered(kubernetes: Kubernetes): Failure {
  return new Failure('ARGO_MISSING', `its controller has not looked at a Workflow for ${PROBE_MS / 1000} seconds`, {
    op: 'submit to',
    subject: `Argo Workflows in namespace ${kubernetes.namespace}`,
    hint: `See whether the controller runs and watches this namespace: kubectl get pods -n argo`,
  })
}

function unfit(kubernetes: Kubernetes, message: string): Failure {
  return new Failure('ARGO_MISSING', `it cannot carry out a Workflow of this program: ${message}`, {
    op: 'submit to',
    subject: `Argo Workflows in namespace ${kubernetes.namespace}`,
    hint: 'Argo Workflows 3.5 or newer is needed, and the Helm chart of this release.',
  })
}

function plural(kind: ObjectKind): string {
  return `${kind.toLowerCase()}s`
}
