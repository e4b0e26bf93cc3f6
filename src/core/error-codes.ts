/** One kind of failure: what it means and what usually helps, shown by `workflow explain CODE`. */
export interface ErrorCodeEntry {
  readonly meaning: string
  readonly remedy: string
}

/** Every way this program can fail, as a closed list; codes are never renamed. */
export const ERROR_CODES = {
  USAGE: { meaning: 'The command line is not understood.', remedy: 'Run the command with --help.' },
  CONFIG_INVALID: {
    meaning: 'The configuration has mistakes.',
    remedy: 'Correct the lines that are named; workflow configure validate checks without a cluster.',
  },
  CONFIG_MISSING: {
    meaning: 'There is no saved configuration.',
    remedy: 'Load one with workflow configure sample --load, or pass a file with -f FILE.',
  },
  REPOSITORY_NOT_FOUND: {
    meaning: 'The location holds no snapshot repository.',
    remedy: 'Check the path or prefix: it is the folder that contains index.latest.',
  },
  SNAPSHOT_NOT_FOUND: {
    meaning: 'The repository has no snapshot of that name.',
    remedy: 'List the snapshots with workflow snapshot list --repo URI.',
  },
  SNAPSHOT_INCOMPLETE: {
    meaning: 'The snapshot is PARTIAL, FAILED or still in progress, so shards are missing.',
    remedy: 'Take a new snapshot, or accept the missing shards explicitly.',
  },
  INDEX_NOT_FOUND: {
    meaning: 'No index matches a pattern.',
    remedy:
      'Compare the pattern with workflow snapshot show; names with a leading dot are matched only when asked for.',
  },
  BLOB_NOT_FOUND: {
    meaning: 'A file that the repository names is missing.',
    remedy: 'The repository is damaged or was cleaned while it was read: take a new snapshot.',
  },
  BLOB_CORRUPT: {
    meaning: 'The bytes of a file do not fit its checksum, its length or its format.',
    remedy: 'Read the snapshot from another copy of the repository, or take a new snapshot.',
  },
  FORMAT_UNSUPPORTED: {
    meaning: 'A file was written in a format that this release does not read.',
    remedy: 'See docs/compatibility.md; a newer release may read it.',
  },
  STORE_UNREACHABLE: {
    meaning: 'The object store or file system did not answer.',
    remedy: 'Check the endpoint, the network and the region, then run the command again.',
  },
  STORE_DENIED: {
    meaning: 'The object store or file system refused access.',
    remedy: 'Grant list and read rights on the repository to the credentials in use.',
  },
  STORE_THROTTLED: {
    meaning: 'The object store kept asking to slow down until all retries were used up.',
    remedy: 'Run again later, or lower the parallelism.',
  },
  STORE_FULL: { meaning: 'There is no space left where a file was to be written.', remedy: 'Free space, then resume.' },
  OUTPUT_UNWRITABLE: {
    meaning: 'A file or stream that a result was to be written to cannot be written.',
    remedy: 'Choose another place, such as another folder with --out, or change the rights of this one.',
  },
  SOURCE_MISSING: {
    meaning: 'A document has no stored source, so its content is not in the snapshot as one piece.',
    remedy: 'The index was written with _source disabled, filtered or synthetic; see docs/sourceless.md.',
  },
  CLUSTER_UNREACHABLE: {
    meaning: 'A cluster did not answer.',
    remedy: 'Check the endpoint, port, scheme and network from this machine.',
  },
  CLUSTER_AUTH: {
    meaning: 'A cluster refused the credentials.',
    remedy: 'Check user name and password, or the signing region and service.',
  },
  CLUSTER_DENIED: {
    meaning: 'A cluster knows the user but refuses the right.',
    remedy: 'Grant the privilege that the message names.',
  },
  CLUSTER_TLS: {
    meaning: 'The certificate of a cluster could not be verified.',
    remedy: 'Give the authority with tls.caFile; tls.verify: false turns verification off.',
  },
  CLUSTER_NOT_ONE: {
    meaning: 'Something answered, but it is not an Elasticsearch or OpenSearch cluster.',
    remedy: 'Check host, port and path prefix; a proxy or another service may be in front.',
  },
  CLUSTER_UNSUPPORTED: {
    meaning: 'The version of a cluster is outside what this release supports.',
    remedy: 'See docs/compatibility.md.',
  },
  CLUSTER_THROTTLED: {
    meaning: 'A cluster kept rejecting requests as overloaded until all retries were used up.',
    remedy: 'Lower workers or bulk sizes, or add capacity, then resume.',
  },
  CLUSTER_REFUSED: {
    meaning: 'A cluster answered a request with an error.',
    remedy: 'The answer of the cluster is in the message.',
  },
  SNAPSHOT_FAILED: {
    meaning: 'The source cluster could not create the snapshot.',
    remedy: 'The reason of the cluster is in the message; check the repository settings on the source.',
  },
  METADATA_CONFLICT: {
    meaning: 'The target already has an object of that name with other content.',
    remedy: 'Choose metadataMigration.existingIndex: keep or update, or remove the object.',
  },
  METADATA_REFUSED: {
    meaning: 'The target refused a template, an index or an alias.',
    remedy: 'The words of the target are in the message; change the settings or mappings rules.',
  },
  DOCUMENTS_REJECTED: {
    meaning: 'The target refused documents for good; they are kept as rejects.',
    remedy: 'See them with workflow rejects; correct the cause, then workflow retry --rejects.',
  },
  VERIFY_DIFFERENCES: {
    meaning: 'Source and target do not hold the same documents.',
    remedy: 'The indices are named; run the load again for them.',
  },
  WORKFLOW_NOT_FOUND: {
    meaning: 'There is no workflow of that name.',
    remedy: 'List the workflows with workflow list.',
  },
  WORKFLOW_LOCKED: {
    meaning: 'Another runner works on this workflow.',
    remedy: 'Wait for it, or stop it with workflow stop.',
  },
  STATE_CORRUPT: {
    meaning: 'The journal or another state file of a workflow is damaged.',
    remedy: 'Restore the folder of the workflow from a copy, or submit again.',
  },
  STATE_UNWRITABLE: {
    meaning: 'The state folder cannot be written.',
    remedy: 'Set WORKFLOW_HOME to a folder that can be written and has free space.',
  },
  KUBERNETES_CONFIG: {
    meaning: 'There is no kubeconfig, or it does not say how to reach the Kubernetes cluster.',
    remedy: 'Set KUBECONFIG; kubectl config view shows what the files come to.',
  },
  KUBERNETES_UNREACHABLE: {
    meaning: 'The Kubernetes cluster did not answer.',
    remedy: 'Check the kubeconfig and the network; kubectl version asks the same cluster.',
  },
  KUBERNETES_DENIED: {
    meaning: 'The Kubernetes cluster refuses a right, or does not know who asks.',
    remedy: 'Grant the right that the message names; the roles of the Helm chart have all that are needed.',
  },
  KUBERNETES_REFUSED: {
    meaning: 'The Kubernetes cluster answered a request with an error.',
    remedy: 'The answer of the cluster is in the message.',
  },
  KUBERNETES_EXISTS: {
    meaning: 'An object of that name exists already in the namespace.',
    remedy: 'Choose another name, or delete the object.',
  },
  KUBERNETES_CONFLICT: {
    meaning: 'An object was changed by somebody else at the same moment.',
    remedy: 'Run the command again.',
  },
  PLAN_TOO_LARGE: {
    meaning: 'A plan does not fit into the objects of a Kubernetes cluster.',
    remedy: 'Put indices with the same treatment into one group, lower parallelism, or divide the configuration.',
  },
  ARGO_MISSING: {
    meaning: 'Argo Workflows is not installed in the Kubernetes cluster, is too old, or its controller does not run.',
    remedy: 'Install Argo Workflows 3.5 or newer; kubectl get pods -n argo shows whether its controller runs.',
  },
  ARGO_TEMPLATES_MISSING: {
    meaning:
      'The WorkflowTemplate of this program is not installed in the namespace, or not with all that this release needs.',
    remedy: 'Install the Helm chart of this release; kubectl get workflowtemplates -n NAMESPACE shows what is there.',
  },
  POD_PENDING: {
    meaning:
      'A pod of the workflow cannot start: no node has room, an image, a Secret or a volume is missing, or a quota is used up.',
    remedy: 'The message has the reason; kubectl describe pod -n NAMESPACE shows the events of the pod.',
  },
  POD_LOST: {
    meaning: 'A pod of the workflow ended without a word: it was deleted, evicted, or ran out of memory.',
    remedy:
      'The message has the reason; go on with workflow resume, with more memory for its pods where that was too little.',
  },
  LEASE_LOST: {
    meaning: 'Another worker took over a work item.',
    remedy: 'Nothing: the other worker goes on with it.',
  },
  TIMEOUT: { meaning: 'Something did not finish in its time.', remedy: 'Run again; the work goes on where it was.' },
  ABORTED: { meaning: 'The operation was interrupted.', remedy: 'Continue with workflow resume.' },
} as const satisfies Record<string, ErrorCodeEntry>

/** The code of a failure; documented in docs/errors.md. */
export type ErrorCode = keyof typeof ERROR_CODES
