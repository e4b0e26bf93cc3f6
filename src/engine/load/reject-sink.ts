/** Where the rejects of a step are kept. */
export interface RejectSink {
  /** Keeps whole lines of NDJSON; what it has returned from is kept for good. Calls may overlap. */
  append(lines: Uint8Array): Promise<void>
  close(): Promise<void>
}
