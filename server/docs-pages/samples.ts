import { readFileSync } from 'node:fs'

/** A whole program of samples/, as the pages present it. */
export interface Sample {
  /** In the page's address. */
  id: string
  language: string
  library: string
  /** Below samples/. */
  file: string
  /** Below samples/: the file that names the library for the tool of the language, where it needs one. */
  project?: string
  /** How to get the library. */
  install: string
  /** Typed in the folder of the file. */
  start: string
  /** The versions with which it ran, or for which it was written. */
  versions: string
  /** The day of its last run, as YYYY-MM-DD; undefined: it was never run, because the library was missing. */
  ranOn: string | undefined
}

const lastRun = '2026-11-28'

/** One for each library, in the order of the page. The tests run those with a day, when the machine has the library. */
export const samples: readonly Sample[] = [
  {
    id: 'authlib',
    language: 'Python',
    library: 'Authlib',
    file: 'python/authlib_sample.py',
    install: 'pip install authlib requests',
    start: 'python3 authlib_sample.py',
    versions: 'Authlib 1.2.0, Python 3.11',
    ranOn: lastRun,
  },
  {
    id: 'requests-oauthlib',
    language: 'Python',
    library: 'requests-oauthlib',
    file: 'python/requests_oauthlib_sample.py',
    install: 'pip install requests-oauthlib',
    start: 'python3 requests_oauthlib_sample.py',
    versions: 'requests-oauthlib 1.3.0 with oauthlib 3.2.2, Python 3.11',
    ranOn: lastRun,
  },
  {
    id: 'openid-client',
    language: 'JavaScript',
    library: 'openid-client',
    file: 'javascript/openid-client.js',
    install: 'npm install openid-client',
    start: 'node openid-client.js',
    versions: 'openid-client 6.9.0, Node 24',
    ranOn: lastRun,
  },
  {
    id: 'fhirclient',
    language: 'JavaScript',
    library: 'fhirclient',
    file: 'javascript/fhirclient.js',
    install: 'npm install fhirclient',
    start: 'node fhirclient.js',
    versions: 'fhirclient 2.6.3, Node 24',
    ranOn: lastRun,
  },
  {
    id: 'medplum',
    language: 'TypeScript',
    library: '@medplum/core',
    file: 'typescript/medplum.ts',
    install: 'npm install @medplum/core',
    start: 'node medplum.ts',
    versions: '@medplum/core 5.2.13, Node 24',
    ranOn: lastRun,
  },
  {
    id: 'nimbus',
    language: 'Java',
    library: 'Nimbus',
    file: 'java/nimbus/NimbusSample.java',
    project: 'java/nimbus/pom.xml',
    install: 'mvn compile',
    start: 'mvn exec:java -Dexec.mainClass=NimbusSample',
    versions: 'oauth2-oidc-sdk 11.22, built from its source, Java 17',
    ranOn: lastRun,
  },
  {
    id: 'hapi',
    language: 'Java',
    library: 'HAPI FHIR client, with Nimbus',
    file: 'java/hapi/HapiSample.java',
    project: 'java/hapi/pom.xml',
    install: 'mvn compile',
    start: 'mvn exec:java -Dexec.mainClass=HapiSample',
    versions: 'HAPI FHIR 8, oauth2-oidc-sdk 11, Java 17',
    ranOn: undefined,
  },
  {
    id: 'go',
    language: 'Go',
    library: 'golang.org/x/oauth2',
    file: 'go/main.go',
    project: 'go/go.mod',
    install: 'go mod tidy',
    start: 'go run .',
    versions: 'golang.org/x/oauth2 0.3.0, Go 1.19',
    ranOn: lastRun,
  },
  {
    id: 'rust',
    language: 'Rust',
    library: 'oauth2',
    file: 'rust/src/main.rs',
    project: 'rust/Cargo.toml',
    install: 'cargo build',
    start: 'cargo run',
    versions: 'oauth2 4.3.0, Rust 1.95',
    ranOn: lastRun,
  },
  {
    id: 'league',
    language: 'PHP',
    library: 'league/oauth2-client',
    file: 'php/league.php',
    project: 'php/composer.json',
    install: 'composer install',
    start: 'php league.php',
    versions: 'league/oauth2-client 2.9.0 with Guzzle 7.4.5, PHP 8.2',
    ranOn: lastRun,
  },
  {
    id: 'ruby',
    language: 'Ruby',
    library: 'oauth2',
    file: 'ruby/oauth2_sample.rb',
    install: 'gem install oauth2',
    start: 'ruby oauth2_sample.rb',
    versions: 'oauth2 1.4.4, Ruby 3.1',
    ranOn: lastRun,
  },
  {
    id: 'perl',
    language: 'Perl',
    library: 'Net::OAuth2',
    file: 'perl/net_oauth2.pl',
    install: 'cpanm Net::OAuth2',
    start: 'perl net_oauth2.pl',
    versions: 'Net::OAuth2 0.67, Perl 5.36',
    ranOn: lastRun,
  },
  {
    id: 'csharp',
    language: 'C#',
    library: 'Duende.IdentityModel.OidcClient',
    file: 'csharp/Program.cs',
    project: 'csharp/onpatient-sample.csproj',
    install: 'dotnet restore',
    start: 'dotnet run',
    versions: 'Duende.IdentityModel.OidcClient 7.1, .NET 10',
    ranOn: undefined,
  },
]

export function readSample(file: string): string {
  return readFileSync(new URL(`../../samples/${file}`, import.meta.url), 'utf8')
}
