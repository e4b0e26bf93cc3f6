import { Failure } from '../core/failure.ts'

/** How requests to one Kubernetes cluster are addressed, encrypted and signed. */
export interface KubeAccess {
  /** Where all this was found: a kubeconfig with its context, or the service account of the pod. */
  readonly origin: string
  /** URL of the server, without a slash at its end; may have a path. */
  readonly server: string
  /** Namespace that goes with it, if it says one. */
  readonly namespace?: string
  readonly tls: KubeTls
  /** Who we are. It is asked for before every request; `refused` is true after the server has refused the last answer. */
  identity(refused: boolean): Promise<KubeIdentity>
}

/** How the certificate of the server is verified. */
export interface KubeTls {
  /** Authorities in PEM; default: those that come with Node. */
  readonly ca?: string
  readonly rejectUnauthorized: boolean
  /** Name that the certificate has to be made out to, when it is not the host of the server. */
  readonly servername?: string
}

/** What proves to the server who we are; all parts may be missing. */
export interface KubeIdentity {
  readonly headers: Readonly<Record<string, string | string[]>>
  /** Client certificate and its key in PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string }
}

/** The failure for access that cannot be made out; `subject` is the file or the part of it that is wrong. */
export function badAccess(subject: string, detail: string, hint?: string, cause?: unknown): Failure {
  return new Failure('KUBERNETES_CONFIG', detail, {
    op: 'read',
    subject,
    cause,
    ...(hint === undefined ? {} : { hint }),
  })
}
