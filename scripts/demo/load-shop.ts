import type { RestClient } from '../../test/servers/rest.ts'
import { SHOP_CONTENT, type ShopDocument } from './shop-documents.ts'
import { SHOP_ALIASES, SHOP_INDICES, SHOP_TEMPLATES } from './shop-schema.ts'

const BULK_DOCUMENTS = 1000

/** Fills an empty Elasticsearch 7.10 with the shop; reports each index when it is complete. Returns the number of documents. */
export async function loadShop(
  client: RestClient,
  report: (index: string, documents: number) => void,
): Promise<number> {
  for (const { path, body } of [...SHOP_TEMPLATES, ...SHOP_INDICES]) await client.put(path, body)
  let total = 0
  for (const { index, documents } of SHOP_CONTENT) {
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
    report(index, sent)
  }
  await client.post(SHOP_ALIASES.path, SHOP_ALIASES.body)
  await client.post('/_refresh')
  return total
}

function actionLine({ id, routing }: ShopDocument): string {
  return JSON.stringify({ index: { _id: id, ...(routing === undefined ? {} : { routing }) } })
}
