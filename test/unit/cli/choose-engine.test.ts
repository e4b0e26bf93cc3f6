import { describe, expect, test } from 'vitest'
import { chooseEngine } from '../../../src/cli/choose-engine.ts'

describe('the engine', () => {
  test('is the one that the configuration asks for, in its namespace', () => {
    const world = { env: { WORKFLOW_ENGINE: 'local' } }
    expect(chooseEngine(world, { engine: 'argo', namespace: 'shop' })).toEqual({ kind: 'argo', namespace: 'shop' })
  })

  test('is the one that the environment names', () => {
    expect(chooseEngine({ env: { WORKFLOW_ENGINE: 'argo' } })).toEqual({ kind: 'argo' })
    expect(chooseEngine({ env: { WORKFLOW_ENGINE: 'argo' } }, { engine: 'local' })).toEqual({ kind: 'local' })
  })

  test('is local on a machine that is no pod, and in a pod without a service account', () => {
    expect(chooseEngine({ env: {} })).toEqual({ kind: 'local' })
    expect(chooseEngine({ env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } })).toEqual({ kind: 'local' })
  })

  test('is not guessed from a word that names none', () => {
    expect(() => chooseEngine({ env: { WORKFLOW_ENGINE: 'agro' } })).toThrow("local or argo, not 'agro'")
  })
})
