import { kubernetesBinaries } from './binaries.ts'
import { reasonWithoutKubernetes } from './requirements.ts'

// Builds the programs of the cluster into the cache, so that they are there when the group of tests begins.
if (reasonWithoutKubernetes() === undefined) await kubernetesBinaries()
