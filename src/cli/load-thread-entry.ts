declare const __VERSION__: string

/**
 * The module that threads of the runner start with: beside this one in the built program, where every module lies in one
 * folder, and the source itself when it runs unbuilt.
 */
export const LOAD_THREAD_ENTRY = new URL(
  typeof __VERSION__ === 'string' ? './load-thread.js' : './load-thread.ts',
  import.meta.url,
)
