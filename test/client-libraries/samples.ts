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

/** Debian keeps the sources of Go packages there, for a Go without modules. */
const debianGo = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode' }

function go(needs: string[], start: string[]) {
  return { needs: ['go', ...needs], start: ['go', ...start] }
}

const rustProgram = './target/debug/onpatient-sample'

/** Every sample of samples/ that a test can start. Those in Java and C# need what neither npm nor Debian has. */
export const samples: readonly Sample[] = [
  python('Authlib', 'authlib_sample.py', 'authlib'),
  python('requests-oauthlib', 'requests_oauthlib_sample.py', 'requests_oauthlib'),
  node('openid-client', 'javascript', 'openid-client.js', true),
  node('fhirclient', 'javascript', 'fhirclient.js', true),
  node('@medplum/core', 'typescript', 'medplum.ts', false),
  {
    // Neither npm nor Debian has the library: whoever has it puts the archives there (mvn dependency:copy-dependencies).
    name: 'Nimbus',
    folder: 'java/nimbus',
    ways: [
      {
        needs: ['test', '-d', 'libraries'],
        start: ['java', '-cp', 'libraries/*', 'NimbusSample.java'],
      },
    ],
    wants: 'Java with the archives of Nimbus in samples/java/nimbus/libraries',
    signsIn: true,
  },
  {
    name: 'golang.org/x/oauth2',
    folder: 'go',
    ways: [
      { ...go(['list', 'golang.org/x/oauth2'], ['run', 'main.go']), env: debianGo },
      go(['list', '.'], ['run', '.']),
    ],
    wants: 'Go with golang.org/x/oauth2 (Debian: golang-go, golang-golang-x-oauth2-dev)',
    signsIn: true,
  },
  {
    name: 'league/oauth2-client',
    folder: 'php',
    ways: [{ needs: ['php', '-r', "require 'vendor/autoload.php';"], start: ['php', 'league.php'] }],
    wants: 'PHP with league/oauth2-client: composer install in samples/php',
    signsIn: true,
  },
  {
    name: 'oauth2 for Ruby',
    folder: 'ruby',
    ways: [{ needs: ['ruby', '-e', "require 'oauth2'"], start: ['ruby', 'oauth2_sample.rb'] }],
    wants: 'Ruby with oauth2 (Debian: ruby-oauth2)',
    signsIn: true,
  },
  {
    name: 'Net::OAuth2',
    folder: 'perl',
    ways: [{ needs: ['perl', '-MNet::OAuth2', '-e', '1'], start: ['perl', 'net_oauth2.pl'] }],
    wants: 'Perl with Net::OAuth2 (Debian: libnet-oauth2-perl)',
    signsIn: true,
  },
  {
    // Built beforehand: the compiler takes minutes.
    name: 'oauth2 for Rust',
    folder: 'rust',
    ways: [{ needs: ['test', '-x', rustProgram], start: [rustProgram] }],
    wants: 'the program of samples/rust, built by cargo build there',
    signsIn: true,
  },
]
