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

/** A JSON document as log shippers write them, of about `bytes` bytes; the message takes what the other fields leave. */
export function logLine(below: (limit: number) => number, bytes: number): string {
  const two = (limit: number): string => String(below(limit)).padStart(2, '0')
  const word = (): string => WORDS[below(WORDS.length)]!
  const head = {
    '@timestamp': `2026-01-${two(28)}T${two(24)}:${two(60)}:${two(60)}.${two(1000)}Z`,
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
