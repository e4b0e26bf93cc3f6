// The entry of a loader's thread when the sources run unbuilt: a thread does not inherit what translates them.
import { register } from 'tsx/esm/api'

register()
await import('../../../src/cli/load-thread.ts')
