/** A module's function `run` on 32-bit numbers, and its memory. */
interface WasmInstance {
  readonly run: (...values: readonly number[]) => number
  readonly memory: Uint8Array
}

/** What is used of WebAssembly; the types of Node declare the name without its values. */
interface WebAssemblyApi {
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (module: object) => {
    readonly exports: { run: WasmInstance['run']; memory: { buffer: ArrayBuffer } }
  }
}

/** Instantiates a module of `wasmModule`; null where WebAssembly, or an instruction that the module uses, is missing. */
export function wasmInstance(code: Uint8Array): WasmInstance | null {
  const { WebAssembly } = globalThis as { WebAssembly?: WebAssemblyApi }
  try {
    if (WebAssembly === undefined) return null
    const { run, memory } = new WebAssembly.Instance(new WebAssembly.Module(code)).exports
    return { run, memory: new Uint8Array(memory.buffer) }
  } catch {
    // A processor or a flag without 128-bit instructions: plain decoders serve.
    return null
  }
}
