import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MANIFESTS, renderManifests } from './chart/manifests.ts'

// Writes the plain manifests, which are the chart with its default values.
const path = fileURLToPath(new URL(`../${MANIFESTS}`, import.meta.url))
mkdirSync(dirname(path), { recursive: true })
writeFileSync(path, renderManifests())
