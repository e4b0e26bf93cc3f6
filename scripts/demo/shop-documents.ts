import { seeded } from '../../test/fixtures/seeded.ts'

/** A document to send: the action line's members beside the index, and the body as the exact text to store. */
export interface ShopDocument {
  readonly id: string
  readonly routing?: string
  readonly body: string
}

/** Documents of one index, in the order in which they are sent. */
export interface ShopIndexContent {
  readonly index: string
  readonly documents: () => Generator<ShopDocument>
}

const CITIES: readonly (readonly [string, string, number, number])[] = [
  ['Lisbon', 'PT', 38.72, -9.14],
  ['Kraków', 'PL', 50.06, 19.94],
  ['Zürich', 'CH', 47.38, 8.54],
  ['Montréal', 'CA', 45.5, -73.57],
  ['São Paulo', 'BR', -23.55, -46.63],
  ['大阪', 'JP', 34.69, 135.5],
  ['Αθήνα', 'GR', 37.98, 23.73],
  ['Nairobi', 'KE', -1.29, 36.82],
]
const GIVEN = ['Ana', 'Łukasz', 'Mia', 'Noah', 'Yuki', 'Δημήτρης', 'Zoë', 'Amina', 'João', 'Freya']
const FAMILY = ['Silva', 'Nowak', 'Müller', 'Tremblay', '田中', 'Papadopoulos', 'Odhiambo', "O'Brien", 'García']
const MATERIALS = ['oak', 'steel', 'linen', 'cork', 'ceramic', 'wool', 'bamboo', 'recycled glass']
const THINGS = ['lamp', 'kettle', 'chair', 'blanket', 'bowl', 'notebook', 'backpack', 'clock', 'bottle', 'shelf']
const CATEGORIES = ['home', 'kitchen', 'office', 'outdoor', 'textiles']
const STATUSES = ['open', 'paid', 'shipped', 'delivered', 'returned']
const LEVELS = ['INFO', 'INFO', 'INFO', 'INFO', 'WARN', 'ERROR']
const PATHS = ['/', '/cart', '/checkout', '/search?q=lamp', '/products/P-00042', '/api/orders', '/healthz']
const WORDS = 'solid light simple warm durable colourful quiet handmade generous small fits cleans lasts shines'.split(
  ' ',
)

/** Days of which there are logs; an index each. */
export const LOG_DAYS = ['03', '04', '05', '06', '07', '08', '09', '10'].map((day) => `2024.06.${day}`)

/** Everything that the shop holds: 50,000 documents in 14 indices, the same in every run. */
export const SHOP_CONTENT: readonly ShopIndexContent[] = [
  { index: 'products', documents: products },
  { index: 'customers', documents: customers },
  { index: 'orders-2023', documents: () => orders(2023, 7000) },
  { index: 'orders-2024', documents: () => orders(2024, 8000) },
  { index: 'feedback', documents: feedback },
  { index: 'stores', documents: stores },
  ...LOG_DAYS.map((day) => ({ index: `logs-${day}`, documents: () => logs(day, 3000) })),
]

/** An amount of money with both digits behind the point, which JSON keeps only as text. */
const money = (cents: number): string => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
const padded = (value: number, digits: number): string => String(value).padStart(digits, '0')
const productId = (n: number): string => `P-${padded(n, 5)}`
const customerId = (n: number): string => `C-${padded(n, 6)}`

function* products(): Generator<ShopDocument> {
  const random = seeded('shop products')
  for (let n = 1; n <= 2000; n++) {
    const material = random.pick(MATERIALS)
    const thing = random.pick(THINGS)
    const sentence = Array.from({ length: 4 + random.below(14) }, () => random.pick(WORDS)).join(' ')
    const rest = {
      name: `${material} ${thing} No. ${n}`,
      description: `A ${sentence} ${thing} of ${material}.`,
      category: random.pick(CATEGORIES),
      tags: Array.from({ length: random.below(4) }, () => random.pick(WORDS)),
      on_sale: random.below(10) === 0,
      stock: random.below(500),
      weight_grams: { gte: 50 + random.below(200), lte: 300 + random.below(5000) },
      created: `2022-${padded(1 + random.below(12), 2)}-${padded(1 + random.below(28), 2)}T08:00:00Z`,
    }
    // EAN-13 with a leading zero as text, the price with its two digits, and an id beyond what a double holds.
    const exact = `"price":${money(100 + random.below(40_000))},"warehouse_key":${9_007_199_254_740_993n + BigInt(n) * 2n}`
    yield { id: productId(n), body: `{${exact},${JSON.stringify(rest).slice(1)}` }
  }
}

function* customers(): Generator<ShopDocument> {
  const random = seeded('shop customers')
  for (let n = 1; n <= 5000; n++) {
    const [city, country, lat, lon] = random.pick(CITIES)
    const body = {
      name: `${random.pick(GIVEN)} ${random.pick(FAMILY)}`,
      email: `customer${n}@shop.example`,
      city,
      country,
      location: { lat: lat + random.below(1000) / 10_000, lon: lon + random.below(1000) / 10_000 },
      last_ip: `203.0.113.${random.below(256)}`,
      newsletter: random.below(3) === 0,
      ...(random.below(5) === 0 ? { note: null } : {}),
      member_since: 1_500_000_000_000 + random.below(200_000_000) * 1000,
    }
    yield { id: customerId(n), body: JSON.stringify(body) }
  }
}

function* orders(year: number, count: number): Generator<ShopDocument> {
  const random = seeded(`shop orders ${year}`)
  for (let n = 1; n <= count; n++) {
    const items = Array.from({ length: 1 + random.below(4) }, () => ({
      product: productId(1 + random.below(2000)),
      quantity: 1 + random.below(3),
      cents: 100 + random.below(20_000),
    }))
    const total = items.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0)
    const lines = items.map(
      (item) => `{"product":"${item.product}","quantity":${item.quantity},"price":${money(item.cents)}}`,
    )
    const rest = {
      customer: customerId(1 + random.below(5000)),
      status: random.pick(STATUSES),
      ordered: `${year}-${padded(1 + random.below(12), 2)}-${padded(1 + random.below(28), 2)}T${padded(random.below(24), 2)}:15:00.123456789Z`,
      shipping: { method: random.pick(['post', 'courier', 'pickup']), express: random.below(4) === 0 },
    }
    const body = `{"total":${money(total)},"items":[${lines.join(',')}],${JSON.stringify(rest).slice(1)}`
    yield { id: `${year}-${padded(n, 6)}`, body }
  }
}

/** Questions and their answers in one index; an answer lies on the shard of its question. */
function* feedback(): Generator<ShopDocument> {
  const random = seeded('shop feedback')
  const text = (): string => Array.from({ length: 6 + random.below(20) }, () => random.pick(WORDS)).join(' ')
  for (let n = 1; n <= 1000; n++) {
    const id = `Q-${n}`
    const question = { relation: 'question', product: productId(1 + random.below(2000)), text: `Is it ${text()}?` }
    yield { id, routing: id, body: JSON.stringify(question) }
  }
  for (let n = 1; n <= 2500; n++) {
    const parent = `Q-${1 + random.below(1000)}`
    const answer = { relation: { name: 'answer', parent }, text: text(), stars: 1 + random.below(5) }
    yield { id: `A-${n}`, routing: parent, body: JSON.stringify(answer) }
  }
}

function* stores(): Generator<ShopDocument> {
  const random = seeded('shop stores')
  for (let n = 1; n <= 500; n++) {
    const [city, country, lat, lon] = random.pick(CITIES)
    const [south, west] = [lat + random.below(500) / 1000, lon + random.below(500) / 1000]
    const body = {
      name: `${city} store ${n}`,
      country,
      location: [west, south],
      opening: { days: { gte: 1, lte: 5 + random.below(3) } },
    }
    yield { id: `S-${n}`, body: JSON.stringify(body) }
  }
}

function* logs(day: string, count: number): Generator<ShopDocument> {
  const random = seeded(`shop logs ${day}`)
  const date = day.replaceAll('.', '-')
  for (let n = 0; n < count; n++) {
    const second = Math.floor((n * 86_400) / count)
    const time = [second / 3600, (second / 60) % 60, second % 60].map((part) => padded(Math.floor(part), 2)).join(':')
    const level = random.pick(LEVELS)
    const body = {
      '@timestamp': `${date}T${time}.${padded(random.below(1000), 3)}Z`,
      level,
      host: `web-${1 + random.below(6)}`,
      http: {
        method: random.pick(['GET', 'GET', 'POST']),
        path: random.pick(PATHS),
        status: level === 'ERROR' ? 500 : 200,
      },
      client_ip: `198.51.100.${random.below(256)}`,
      took_ms: random.below(2000) / 8,
      message: `${level} ${random.pick(WORDS)} request ${random.below(1_000_000)} finished`,
    }
    // Identifiers as a server chooses them: 15 bytes in base64, which Lucene stores in a form of their own.
    const id = Buffer.from(Uint8Array.from({ length: 15 }, () => random.below(256))).toString('base64url')
    yield { id, body: JSON.stringify(body) }
  }
}
