import { afterEach, describe, expect, test } from 'vitest'
import { openCluster } from '../../../src/cluster/cluster.ts'
import { openHttp } from '../../../src/http/open-http.ts'
import { startScriptedServer, type Reply, type SeenRequest } from '../http/scripted-server.ts'
import { calm, fixedRandom, stepClock } from '../http/test-world.ts'

let opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.reverse()) await each.close()
  opened = []
})

async function open(script: (request: SeenRequest) => Reply) {
  const server = await startScriptedServer(script)
  const options = { endpoint: server.url, auth: { kind: 'none' as const } }
  const http = await openHttp(options, stepClock(), fixedRandom())
  opened.push(server, http)
  return openCluster(http, calm)
}

function greeting(version: object, more: object = {}): Reply {
  return { status: 200, body: { name: 'n1', cluster_name: 'c', cluster_uuid: 'u', version, ...more } }
}

const openSearchTagline = { tagline: 'The OpenSearch Project: https://opensearch.org/' }

describe('a cluster', () => {
  test('that says opensearch is OpenSearch of that version', async () => {
    const version = { distribution: 'opensearch', number: '2.19.4', lucene_version: '9.12.3' }
    const { info, quirks } = await open(() => greeting(version, openSearchTagline))
    expect(info).toEqual({
      distribution: 'opensearch',
      version: { major: 2, minor: 19, patch: 4, text: '2.19.4' },
      clusterName: 'c',
      clusterUuid: 'u',
      lucene: '9.12.3',
      compatibilityMode: false,
    })
    expect(quirks).toMatchObject({ bulkType: 'refused', includeTypeName: false, concurrentSnapshots: true })
  })

  test('in compatibility mode is asked for the version of its oldest node', async () => {
    const nodes = { a: { version: '2.19.4' }, b: { version: '2.11.1' } }
    const { info } = await open((request) =>
      request.url === '/' ? greeting({ number: '7.10.2' }, openSearchTagline) : { status: 200, body: { nodes } },
    )
    expect(info).toMatchObject({ distribution: 'opensearch', version: { text: '2.11.1' }, compatibilityMode: true })
  })

  test('of Elasticsearch 1.7 has no uuid and its own quirks', async () => {
    const body = { status: 200, name: 'n', cluster_name: 'old', version: { number: '1.7.6', lucene_version: '4.10.4' } }
    const { info, quirks } = await open(() => ({ status: 200, body }))
    expect(info).toMatchObject({
      distribution: 'elasticsearch',
      version: { major: 1, minor: 7 },
      clusterUuid: undefined,
    })
    expect(quirks).toMatchObject({
      bulkType: 'required',
      bulkContentType: 'application/json',
      templatePatterns: 'template',
      filterPath: true,
      concurrentSnapshots: false,
    })
  })

  test.each([
    ['5.6.16', { templatePatterns: 'template', includeTypeName: false, bulkType: 'required' }],
    ['6.8.23', { templatePatterns: 'index_patterns', includeTypeName: true, bulkType: 'required' }],
    ['7.10.2', { composableTemplates: true, dataStreams: true, includeTypeName: true, bulkType: 'allowed' }],
    ['7.6.0', { composableTemplates: false, concurrentSnapshots: false, snapshotMetadata: true, hiddenIndices: false }],
    ['8.19.0', { includeTypeName: false, bulkType: 'refused', composableTemplates: true }],
    ['9.5.3-SNAPSHOT', { includeTypeName: false, bulkType: 'refused', sequenceNumbers: true }],
  ])('of Elasticsearch %s has the quirks of its version', async (number, expected) => {
    const { quirks } = await open(() => greeting({ number }, { tagline: 'You Know, for Search' }))
    expect(quirks).toMatchObject(expected)
  })

  test.each([
    ['10.0.0', {}],
    ['4.0.0', { distribution: 'opensearch' }],
    ['0.90.13', {}],
  ])('of version %s is unsupported', async (number, more) => {
    await expect(open(() => greeting({ number, ...more }))).rejects.toMatchObject({ code: 'CLUSTER_UNSUPPORTED' })
  })
})

describe('something that is not a cluster', () => {
  test('is quoted from its start', async () => {
    const page = `<html><head>\n<title>Welcome to nginx</title>${'x'.repeat(5000)}`
    await expect(open(() => ({ status: 200, body: page }))).rejects.toMatchObject({
      code: 'CLUSTER_NOT_ONE',
      detail: expect.stringMatching(
        /^status 200 and "<html><head> <title>Welcome to nginx<\/title>x+" instead/,
      ) as string,
    })
  })

  test('is recognised by a status other than 200', async () => {
    await expect(open(() => ({ status: 404, body: '' }))).rejects.toMatchObject({
      code: 'CLUSTER_NOT_ONE',
      detail: "status 404 and an empty answer instead of a cluster's greeting",
    })
  })

  test('is recognised by JSON of another service', async () => {
    await expect(open(() => ({ status: 200, body: { version: '3.1' } }))).rejects.toMatchObject({
      code: 'CLUSTER_NOT_ONE',
    })
  })
})
