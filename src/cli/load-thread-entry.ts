declare const __VERSION__: string

/**
 * The module that threads of the runner start with: beside this one in the built program, where every module lies in one
 * folder. Undefined when the program runs unbuilt: threads do not inherit what translates the sources, so loaders then run in
 * the runner itself.
 */
export const LOAD_THREAD_ENTRY =
  typeof __VERSION__ === 'string' ? new URL('./load-thread.js', import.meta.url) : undefined
