/** A function that gives pseudo-random whole numbers below a limit, the same in every run for one seed. */
export function numbersBelow(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % limit
  }
}

const WORDS = wordsOf(numbersBelow(1), 2000)

function wordsOf(below: (limit: number) => number, count: number): string[] {
  return Array.from({ length: count }, () => below(2 ** 24).toString(36) + below(2 ** 16).toString(36))
}

/** Makes one JSON document of about `bytes` bytes from numbers below limits. */
export type Line = (below: (limit: number) => number, bytes: number) => string

const two = (number: number): string => String(number).padStart(2, '0')
const timestamp = (below: (limit: number) => number): string =>
  `2026-01-${two(1 + below(28))}T${two(below(24))}:${two(below(60))}:${two(below(60))}.${String(below(1000)).padStart(3, '0')}Z`

/** What a collector writes of a pod's output: repeated metadata and a message made from a few patterns. Packs 10 to 1 in blocks of 48 KB. */
export const podLine: Line = (below, bytes) => {
  const service = SERVICES[below(SERVICES.length)]!
  const node = `node-${two(below(40))}`
  const pod = `${service}-7d9c5b6f4-${WORDS[below(60)]!.slice(0, 5)}`
  const head = {
    '@timestamp': timestamp(below),
    stream: below(20) === 0 ? 'stderr' : 'stdout',
    kubernetes: {
      namespace: 'production',
      pod: { name: pod, uid: `${WORDS[below(60)]!}-${WORDS[below(60)]!}` },
      node: { name: node, hostname: `${node}.eu-central-1.compute.internal` },
      container: { name: service, image: `images.example.com/${service}:1.${below(4)}.${below(10)}` },
      labels: { app: service, 'app_kubernetes_io/managed-by': 'Helm', 'pod-template-hash': '7d9c5b6f4' },
    },
    level: LEVELS[below(LEVELS.length)],
    request: {
      method: below(4) === 0 ? 'POST' : 'GET',
      status: [200, 200, 200, 204, 404, 500][below(6)],
      ms: below(900),
    },
  }
  const messages: string[] = []
  for (let left = bytes - JSON.stringify(head).length - 14; left > 0;) {
    const pattern = MESSAGES[below(MESSAGES.length)]!
    const next = pattern.replaceAll('#', () => String(below(10_000))).replaceAll('@', () => WORDS[below(200)]!)
    messages.push(next)
    left -= next.length + 2
  }
  return JSON.stringify({ ...head, message: messages.join('; ') })
}

const SERVICES = [
  'checkout',
  'catalogue',
  'basket',
  'payments',
  'search-frontend',
  'recommendations',
  'mail',
  'sessions',
]
const LEVELS = ['INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'WARN', 'ERROR']
const MESSAGES = [
  'Completed request /api/v2/orders/#/items in # ms with status 200 for customer @',
  'Connection to database primary was returned to the pool after # ms, # of 40 connections are idle',
  'Cache miss for key catalogue:product:#, loading the entry from the database took # ms',
  'Published event OrderShipped with offset # to topic shop.orders.v1, partition 7',
  'Retrying call to http://payments.production.svc.cluster.local:8080/charge after attempt # failed: connect timed out',
  'Scheduled task cleanup-expired-sessions removed # sessions older than 30 minutes',
  'User @ signed in from 10.2.#.17 with a valid token, the session ends in 3600 seconds',
]

/** An access-log line whose message is random words, which pack badly: 3 to 1. The message takes what the other fields leave. */
export const logLine: Line = (below, bytes) => {
  const word = (): string => WORDS[below(WORDS.length)]!
  const head = {
    '@timestamp': timestamp(below),
    clientip: `10.${below(4)}.${below(256)}.${below(256)}`,
    request: `GET /${word()}/${word()}?id=${below(1_000_000)} HTTP/1.1`,
    status: [200, 200, 200, 404, 500][below(5)],
    bytes: below(100_000),
    referrer: `https://www.example.com/${word()}`,
    host: { name: `web-${below(9)}.example.com`, os: { family: 'debian', kernel: '5.10.0-21-amd64' } },
    agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36',
    trace: `${below(2 ** 24).toString(16)}${below(2 ** 24).toString(16)}`,
  }
  const words: string[] = []
  for (let left = bytes - JSON.stringify(head).length - 14; left > 0;) {
    const next = word()
    words.push(next)
    left -= next.length + 1
  }
  return JSON.stringify({ ...head, message: words.join(' ') })
}
