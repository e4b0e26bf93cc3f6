import type { RestClient } from '../../test/servers/rest.ts'
import { SHOP_CONTENT, type ShopDocument } from './shop-documents.ts'
import { SHOP_ALIASES, SHOP_INDICES, SHOP_TEMPLATES } from './shop-schema.ts'

const BULK_DOCUMENTS = 1000

/** What to load, and whom to tell. */
export interface LoadOptions {
  /** Names of the indices to fill; all when left out. The aliases are made only then. */
  readonly indices?: readonly string[]
  /** Called when an index is complete. */
  readonly report?: (index: string, documents: number) => void
}

/** Fills an empty Elasticsearch 7.10 with the shop. Returns the number of documents. */
export async function loadShop(client: RestClient, { indices, report }: LoadOptions = {}): Promise<number> {
  const wanted = (index: string): boolean => indices?.includes(index) ?? true
  for (const { path, body } of SHOP_TEMPLATES) await client.put(path, body)
  for (const { path, body } of SHOP_INDICES) if (wanted(path.slice(1))) await client.put(path, body)
  let total = 0
  for (const { index, documents } of SHOP_CONTENT.filter(({ index }) => wanted(index))) {
    let sent = 0
    let lines: string[] = []
    const flush = async (): Promise<void> => {
      if (lines.length > 0) await client.bulk(lines, `/${index}/_bulk`)
      lines = []
    }
    for (const document of documents()) {
      lines.push(actionLine(document), document.body)
      sent++
      if (lines.length === 2 * BULK_DOCUMENTS) await flush()
    }
    await flush()
    total += sent
    report?.(index, sent)
  }
  if (indices === undefined) await client.post(SHOP_ALIASES.path, SHOP_ALIASES.body)
  await client.post('/_refresh')
  return total
}

function actionLine({ id, routing }: ShopDocument): string {
  return JSON.stringify({ index: { _id: id, ...(routing === undefined ? {} : { routing }) } })
}
