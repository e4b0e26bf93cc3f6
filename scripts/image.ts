import { parseArgs } from 'node:util'
import { buildImage, imageName } from './image/build-image.ts'

// npm run image -- OUT.tar [--name NAME:TAG]: packs the built program as a container image, without a container engine.
const { values, positionals } = parseArgs({ allowPositionals: true, options: { name: { type: 'string' } } })
const [archive] = positionals
if (archive === undefined || positionals.length > 1) {
  process.stderr.write('npm run image -- OUT.tar [--name NAME:TAG]\n')
  process.exitCode = 2
} else {
  const name = values.name ?? imageName()
  buildImage(archive, name)
  process.stdout.write(`${archive} holds ${name}\n`)
}
