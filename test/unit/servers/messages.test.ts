import { describe, expect, test } from 'vitest'
import {
  bootTimeout,
  diedWhileBooting,
  jdkMissing,
  lockTimeout,
  mavenFailed,
  mavenMissing,
  missingArtefacts,
  portTaken,
  redactUrls,
  unknownServer,
} from '../../servers/messages.ts'

const server = { distribution: 'elasticsearch', version: '7.10.2' }

const notFound = `[INFO] Scanning for projects...
[ERROR] Failed to execute goal on project part-0: Could not resolve dependencies for project test.servers:part-0:pom:1: Could not find artifact org.elasticsearch:elasticsearch:jar:7.10.99 in central (https://user:pass@mirror.example/maven2) -> [Help 1]
[ERROR] 
[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.
`

const notTransferred = `[ERROR] Could not transfer artifact a.b:c:pom:1.0 from/to central (https://mirror.example/maven2): mirror.example: Name or service not known
[ERROR] Could not transfer artifact a.b:c:pom:1.0 from/to central (https://mirror.example/maven2): again
`

describe('the message for', () => {
  test('an unknown version lists the known ones', () => {
    expect(unknownServer(server, ['6.8.23', '7.17.29'])).toBe(
      'boot elasticsearch 7.10.2: there is no recipe for this version. Known versions of elasticsearch: 6.8.23, 7.17.29.',
    )
  })

  test('a JDK that is too old names what is needed, what was found and how to get it', () => {
    const message = jdkMissing(server, { oldest: 21, newest: 25 }, [{ home: '/opt/jdk-17', major: 17 }])
    expect(message).toBe(
      'boot elasticsearch 7.10.2: needs a JDK 21 to 25 with javac; found 17 (/opt/jdk-17). ' +
        'Install one (such as the package openjdk-21-jdk-headless) or set JAVA21_HOME to its folder.',
    )
  })

  test('a missing JDK says that there is none', () => {
    expect(jdkMissing(server, { oldest: 17, newest: 17 }, [])).toContain('needs a JDK 17 with javac; none was found.')
  })

  test('missing Maven says how to get it', () => {
    expect(mavenMissing(server)).toContain('the command mvn is not on the PATH. Install Maven')
  })

  test('a missing artefact names its coordinates and the reason of Maven, without any address', () => {
    const message = mavenFailed(server, notFound)
    expect(message).toContain('build elasticsearch 7.10.2: missing org.elasticsearch:elasticsearch:jar:7.10.99.')
    expect(message).toContain('Could not find artifact')
    expect(message).not.toMatch(/mirror|pass|\[ERROR\]|full stack trace/)
  })

  test('another end of Maven quotes what it printed last', () => {
    expect(mavenFailed(server, 'one\ntwo\nThe JAVA_HOME variable is wrong\n')).toContain('JAVA_HOME variable is wrong')
  })

  test('a taken port says what to do', () => {
    expect(portTaken(server, 9200)).toBe(
      'boot elasticsearch 7.10.2: port 9200 on 127.0.0.1 is taken. ' +
        'End the program that listens there, choose another port, or leave the port out to get a free one.',
    )
  })

  test('a server that ended quotes the end of its log and cuts long lines', () => {
    const log = { logFile: '/tmp/x/server.log', lastLines: ['first', 'y'.repeat(1000)] }
    const lines = diedWhileBooting(server, 'exit code 1', log).split('\n')
    expect(lines[0]).toContain('the server ended (exit code 1) before it answered. Log: /tmp/x/server.log')
    expect(lines[1]).toBe('  first')
    expect(lines[2]).toBe(`  ${'y'.repeat(400)}`)
  })

  test('a boot that takes too long tells the last answer', () => {
    const log = { logFile: '/tmp/x/server.log', lastLines: [] }
    expect(bootTimeout(server, 240, 'status 503', log)).toContain('not ready after 240 s; last answer: status 503.')
  })

  test('a lock that is held too long names its holder', () => {
    expect(lockTimeout('/c/build.lock', 900, '12@host')).toContain('process 12@host has been building')
  })
})

test('missing artefacts are listed once', () => {
  expect(missingArtefacts(notTransferred)).toEqual(['a.b:c:pom:1.0'])
  expect(missingArtefacts('part-0:pom:1: d.e:f:jar:2.0 was not found in https://x during a previous attempt')).toEqual([
    'd.e:f:jar:2.0',
  ])
})

test('every address is redacted, whatever stands around it', () => {
  expect(redactUrls('from (https://a.example/x) and http://b.example:81/y, or file:///z')).toBe(
    'from (https://[redacted]) and http://[redacted], or file://[redacted]',
  )
})
