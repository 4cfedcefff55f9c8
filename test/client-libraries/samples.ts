import type { Sample } from './run-sample.ts'

/** Debian's Python has Debian's packages, which another one before it in the path does not see. */
const pythons = ['python3', '/usr/bin/python3']

function python(name: string, file: string, library: string): Sample {
  return {
    name,
    folder: 'python',
    ways: pythons.map((command) => ({
      needs: [command, '-c', `import requests, ${library}`],
      start: [command, file],
    })),
    wants: `Python with ${name} (Debian: python3-${name.toLowerCase()}, python3-requests)`,
    signsIn: true,
  }
}

function node(name: string, folder: string, file: string, signsIn: boolean): Sample {
  const start = [process.execPath, file]
  return {
    name,
    folder,
    ways: [{ needs: [process.execPath, '--version'], start }],
    wants: 'Node',
    signsIn,
  }
}

/** Every sample of samples/ that a test can start. Those in Java and C# need what neither npm nor Debian has. */
export const samples: readonly Sample[] = [
  python('Authlib', 'authlib_sample.py', 'authlib'),
  python('requests-oauthlib', 'requests_oauthlib_sample.py', 'requests_oauthlib'),
  node('openid-client', 'javascript', 'openid-client.js', true),
  node('fhirclient', 'javascript', 'fhirclient.js', true),
  node('@medplum/core', 'typescript', 'medplum.ts', false),
]
