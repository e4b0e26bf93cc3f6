/** Releases of OpenSearch that have to accept every definition of every fixture; docs/compatibility.md is made from it. */
export const ACCEPTING_TARGETS = ['2.19.4', '3.8.0'] as const
