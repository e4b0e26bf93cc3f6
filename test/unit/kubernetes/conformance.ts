import { beforeEach, describe, expect, test } from 'vitest'
import type { Kubernetes, KubernetesObject } from '../../../src/kubernetes/kubernetes.ts'

/** What callers may rely on, whatever stands behind the interface. `open` gives a namespace without ConfigMaps of `label`. */
export function describeKubernetes(name: string, open: () => Promise<Kubernetes>): void {
  describe(name, () => {
    let kubernetes: Kubernetes
    let run: string
    beforeEach(async () => {
      kubernetes = await open()
      run = `run-${Math.floor(Math.random() * 1e9)}`
    })

    const map = (data: Record<string, string>, suffix = ''): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: run + suffix, labels: { run } },
      data,
    })

    test('an object is there once it was made, and gone once it was removed', async () => {
      expect(await kubernetes.get('ConfigMap', run)).toBeUndefined()
      const made = await kubernetes.create(map({ a: '1' }))
      expect(made).toMatchObject({ kind: 'ConfigMap', metadata: { name: run }, data: { a: '1' } })
      expect(made.metadata.uid).toBeTruthy()
      expect(await kubernetes.get('ConfigMap', run)).toEqual(made)
      expect(await kubernetes.remove('ConfigMap', run)).toBe(true)
      expect(await kubernetes.remove('ConfigMap', run)).toBe(false)
      expect(await kubernetes.get('ConfigMap', run)).toBeUndefined()
    })

    test('a name is taken once', async () => {
      await kubernetes.create(map({}))
      await expect(kubernetes.create(map({}))).rejects.toMatchObject({ code: 'KUBERNETES_EXISTS' })
      await kubernetes.remove('ConfigMap', run)
    })

    test('only the newest version is replaced', async () => {
      const first = await kubernetes.create(map({ a: '1' }))
      const second = await kubernetes.replace({ ...first, data: { a: '2' } })
      expect(second['data']).toEqual({ a: '2' })
      await expect(kubernetes.replace({ ...first, data: { a: '3' } })).rejects.toMatchObject({
        code: 'KUBERNETES_CONFLICT',
      })
      expect((await kubernetes.get('ConfigMap', run))?.['data']).toEqual({ a: '2' })
      await kubernetes.remove('ConfigMap', run)
      await expect(kubernetes.replace(second)).rejects.toMatchObject({ code: 'KUBERNETES_CONFLICT' })
    })

    test('objects are listed by their labels', async () => {
      await kubernetes.create(map({}, '-a'))
      await kubernetes.create(map({}, '-b'))
      await kubernetes.create({ ...map({}, '-c'), metadata: { name: `${run}-c` } })
      const found = await kubernetes.list('ConfigMap', `run=${run}`)
      expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted()).toEqual([
        `ConfigMap ${run}-a`,
        `ConfigMap ${run}-b`,
      ])
      for (const suffix of ['-a', '-b', '-c']) await kubernetes.remove('ConfigMap', run + suffix)
    })
  })
}

/** What else a server does. */
export function describePatches(name: string, open: () => Promise<Kubernetes>): void {
  test(`${name}: a patch changes what it names, and takes away what it sets to null`, async () => {
    const kubernetes = await open()
    const run = `run-${Math.floor(Math.random() * 1e9)}`
    expect(await kubernetes.patch('ConfigMap', run, { data: { a: '1' } })).toBeUndefined()
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: run }, data: { a: '1', b: '2' } } as const
    await kubernetes.create(manifest)
    const patched = await kubernetes.patch('ConfigMap', run, { data: { a: null, c: '3' } })
    expect(patched?.['data']).toEqual({ b: '2', c: '3' })
    await kubernetes.remove('ConfigMap', run)
  })
}
