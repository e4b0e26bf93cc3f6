/** What a command prints for `-o json`: the fields behind the version of their form. */
export function jsonOutput(fields: object): string {
  return `${JSON.stringify({ schemaVersion: 1, ...fields }, undefined, 2)}\n`
}
