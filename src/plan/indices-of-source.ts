import { nameList } from '../repository/close-names.ts'
import type { Offer } from './offer.ts'
import { productOf } from './source-definitions.ts'
import type { SourceAnswers } from './source-answers.ts'

/** The open indices of a live source, from one request however many there are. */
export async function indicesOfSource(source: SourceAnswers): Promise<Offer> {
  const lines = await source.indices()
  const open = new Map(lines.filter((line) => line.status !== 'close').map((line) => [line.index, line]))
  return {
    subject: `source ${source.name}`,
    snapshot: undefined,
    names: new Set(open.keys()),
    closed: new Set(lines.filter((line) => line.status === 'close').map((line) => line.index)),
    dataStreams: await source.dataStreams(),
    templates: () => source.templates(),
    pipelines: () => source.pipelines(),
    streamAliases: () => source.streamAliases(),
    version: productOf(source.cluster),
    definitions: async (names) => {
      const all = await source.definitions()
      return names.flatMap((name) => all.get(name) ?? [])
    },
    describe: (names) => {
      const red = names.filter((name) => open.get(name)?.health === 'red')
      const indices = names.flatMap((name) => {
        const line = open.get(name)
        if (line === undefined) return []
        const { primaries: shards, documents, primaryBytes: bytes } = line
        return [
          {
            name,
            shards,
            ...(documents === undefined ? {} : { documents }),
            ...(bytes === undefined ? {} : { bytes }),
          },
        ]
      })
      const warnings =
        red.length === 0
          ? []
          : [
              `source ${source.name} has no primary of some shards of ${nameList(red)} (health red): a snapshot of them is ` +
                'not complete; make them yellow or green first, or set createSnapshot.partial: accept',
            ]
      return Promise.resolve({ indices, warnings })
    },
  }
}
