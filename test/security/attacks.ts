import { postToken } from '../support/authorize.ts'
import { redirectUri } from '../support/people.ts'
import type { AttackWorld } from './attack-world.ts'

export interface Attack {
  /** What is tried. */
  name: string
  /** The public advisory of a peer in which it worked. */
  advisory?: string
  attempt(world: AttackWorld): Promise<Answer>
  /** What must come; whatever comes, nothing of anybody else. */
  status: number
  says?: RegExp
  lacks?: RegExp
  /** It moves the clock, which several processes do not share. */
  movesClock?: true
}

export interface Answer {
  status: number
  text: string
  headers?: Headers
}

/** Reads with the token of a patient of the other practice. */
const read = (name: string, path: string, status: Attack['status'], more: Partial<Attack> = {}): Attack => ({
  name,
  attempt: (world) => world.read(path, world.ana),
  status,
  ...more,
})

/** Reads all immunizations with a token whose only scope is spelt oddly. */
const scoped = (scope: string, path = 'Immunization'): Attack => ({
  name: `the scope ${JSON.stringify(scope)} opens no ${path}`,
  attempt: async (world) => world.read(path, await world.tokenFor('ana@example.com', [scope])),
  status: 403,
})

const scopes: Attack[] = [
  scoped('Patient/*.read'),
  scoped('PATIENT/*.READ'),
  scoped('patient/*.Read'),
  scoped('patient/%2A.read'),
  scoped('patient%2F*.read'),
  scoped('patient/*.sr'),
  scoped('patient/*.rr'),
  scoped('patient/*.rs?'),
  scoped('patient/*.rs?_id=x'),
  scoped('patient/immunization.read'),
  scoped('patient/Immun*.read'),
  scoped('patient/**.read'),
  scoped('patient//*.read'),
  scoped('patient/Immunization.read?status=completed'),
  scoped('patient/Immunization.rs?nonsense=1'),
  scoped('patient/Observation.rs'),
  scoped('user/Observation.read'),
  scoped('system/*.rs'),
  scoped('openid fhirUser'),
  scoped('patient/Immunization.cud'),
  scoped('launch/patient'),
]

const compartments: Attack[] = [
  read('a care team of another patient is not found', 'CareTeam/zoe-team', 404, {
    advisory: 'CVE-2026-24487',
  }),
  read('all care teams are the own ones', 'CareTeam', 200, { advisory: 'CVE-2026-24487', lacks: /zoe/ }),
  read('a care team by its member', 'CareTeam?participant=Patient/ana', 200, {
    advisory: 'CVE-2026-24487',
    lacks: /zoe/,
  }),
  read('documents of another patient', 'DocumentReference', 200, {
    advisory: 'CVE-2026-25164',
    lacks: /zoe/,
  }),
  read('a document of another patient by id', 'DocumentReference/zoe-doc', 404, {
    advisory: 'CVE-2026-25164',
  }),
  read('coverage of another patient', 'Coverage?beneficiary=Patient/zoe', 200, {
    advisory: 'CVE-2026-25164',
    lacks: /zoe-cov/,
  }),
  read('a group that names a patient', 'Group/zoe-group', 404),
  read('a Provenance of another patient by its target', 'Provenance?target=Observation/zoe-obs-0000', 200, {
    lacks: /zoe-prov/,
  }),
  read('a Patient by id', 'Patient/zoe', 404),
  read('a patient of the same practice', 'Patient/ben', 404),
  read('the compartment of another patient', 'Patient/zoe/Observation', 200, {
    says: /"total":0/,
    lacks: /Rivera/,
  }),
  read('everything of another patient', 'Patient/zoe/$everything', 404),
  read('a version of another patient', 'Patient/zoe/_history/1', 404),
  read('the history of another patient', 'Patient/zoe/_history', 404, { lacks: /Rivera/ }),
  read('the history of a deleted record of another', 'Observation/zoe-gone/_history', 404, {
    lacks: /Gone/,
  }),
  read('a deleted record of another is not informed of', 'Observation/zoe-gone', 404),
  read(
    '_include beyond the compartment',
    'Observation?_include=Observation:subject&_include=Observation:performer',
    200,
    { lacks: /zoe|ben/ },
  ),
  read(
    '_revinclude beyond the compartment',
    'Patient?_revinclude=Observation:subject&_revinclude=Provenance:target',
    200,
    { lacks: /zoe|ben/ },
  ),
  read('_include walks on from record to record', 'Observation?_include=*&_include:iterate=*', 200, {
    advisory: 'microsoft/fhir-server#5683',
    lacks: /zoe|ben/,
  }),
  read(
    '_revinclude walks on from record to record',
    'Patient?_revinclude=Observation:subject&_revinclude:iterate=Provenance:target',
    200,
    { advisory: 'microsoft/fhir-server#5683', lacks: /zoe|ben/ },
  ),
  read('a record beside the compartment by its id', 'Coverage/zoe-cov', 404, {
    advisory: 'microsoft/fhir-server#2934',
  }),
  {
    name: 'a scope with :missing opens no more than it says',
    advisory: 'medplum/medplum#2840',
    attempt: async (world) =>
      world.read(
        'Immunization',
        await world.tokenFor('ana@example.com', ['patient/Immunization.rs?status:missing=true']),
      ),
    status: 403,
  },
  {
    name: 'of two scopes the wider one hides nothing and the narrower one opens nothing',
    advisory: 'medplum/medplum#3332',
    attempt: async (world) =>
      world.read(
        'Observation?_summary=count',
        await world.tokenFor('ana@example.com', [
          'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
          'patient/Immunization.rs',
        ]),
      ),
    status: 200,
    says: /"total":0[,}]/,
  },
  read('_has finds nobody else', 'Patient?_has:Observation:subject:code=8867-4', 200, { lacks: /zoe|"ben"/ }),
  read('a chain finds nobody else', 'Observation?subject:Patient.given=zoe', 200, { says: /"total":0/ }),
  read('_id of several', 'Patient?_id=ana,zoe,ben', 200, { says: /"total":1/ }),
  read('a doubled patient parameter', 'Observation?patient=ana&patient=zoe', 200, { lacks: /zoe-obs/ }),
  read('an or of patients', 'Observation?patient=ana,zoe', 200, { lacks: /zoe-obs/ }),
  read('a search over types', '?_type=Patient,Observation', 200, { lacks: /zoe-|"ben"/ }),
  read('_elements does not widen', 'Patient?_elements=name', 200, { lacks: /zoe|ben/ }),
  read('_summary=count counts the own alone', 'Patient?_summary=count', 200, { says: /"total":1[,}]/ }),
  read('a Binary of another', 'Binary/zoe-file', 404),
  read('a path trick in Binary', 'Binary/..%2f..%2f..%2fetc%2fpasswd', 404),
  read('dots in the address', 'Binary/%2e%2e/Patient/zoe', 404),
  read('a NUL in an id', 'Patient/zoe%00', 404),
  read('a contained record of another', 'Observation/zoe-obs-0000?_elements=contained', 404),
  {
    name: 'a form in place of the address finds nobody else',
    attempt: (world) =>
      world.send(
        'POST',
        'Observation/_search',
        world.ana,
        'patient=zoe',
        'application/x-www-form-urlencoded',
      ),
    status: 200,
    lacks: /zoe-obs/,
  },
  {
    name: 'a batch reads no more than its token',
    attempt: (world) =>
      world.sendBundle(world.ana, [
        'Patient/zoe',
        'Patient/ben',
        'Observation?patient=zoe',
        'Patient/zoe/$everything',
      ]),
    status: 200,
    lacks: /Rivera/,
  },
  {
    name: 'fhirUser of another person opens nothing',
    attempt: async (world) =>
      world.read('Patient/zoe', await world.tokenFor('ana@example.com', ['openid', 'fhirUser'])),
    status: 403,
  },
  {
    name: 'the classic API finds no other patient',
    attempt: (world) =>
      world.fetch('/onpatient_api/fhir/Observation?patient=zoe', { authorization: `Bearer ${world.ana}` }),
    status: 200,
    says: /"count":0/,
    lacks: /zoe-obs/,
  },
]

const writes: Attack[] = [
  {
    name: 'a patient creates nothing',
    advisory: 'CVE-2026-33915',
    attempt: (world) =>
      world.send('POST', 'Observation', world.ana, JSON.stringify({ resourceType: 'Observation' })),
    status: 403,
  },
  {
    name: 'a provider changes nobody of another practice',
    advisory: 'CVE-2026-25164',
    attempt: (world) =>
      world.send(
        'PATCH',
        'Patient/zoe',
        world.south,
        '[{"op":"remove","path":"/name"}]',
        'application/json-patch+json',
      ),
    status: 404,
  },
  {
    name: 'a provider deletes nobody of another practice',
    attempt: async (world) => {
      await world.send('DELETE', 'Observation/zoe-obs-0000', world.south)
      return world.read('Observation/zoe-obs-0000', world.north)
    },
    status: 200,
  },
  {
    name: 'a script in a narrative is refused',
    attempt: (world) =>
      world.send(
        'POST',
        'Basic',
        world.south,
        JSON.stringify({
          resourceType: 'Basic',
          code: { text: 'x' },
          subject: { reference: 'Patient/ana' },
          text: {
            status: 'generated',
            div: '<div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></div>',
          },
        }),
      ),
    status: 422,
  },
  {
    name: 'an external entity is not read: there is no XML',
    advisory: 'CVE-2024-45294',
    attempt: (world) =>
      world.send(
        'POST',
        'Patient',
        world.south,
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Patient/>',
        'application/fhir+xml',
      ),
    status: 415,
    lacks: /root:/,
  },
  {
    name: 'a prototype is not changed by a patch',
    attempt: (world) =>
      world.send(
        'PATCH',
        'Patient/ana',
        world.south,
        '[{"op":"add","path":"/__proto__/x","value":1}]',
        'application/json-patch+json',
      ),
    status: 422,
  },
  {
    name: 'a method override changes no method',
    attempt: (world) =>
      world.fetch('/fhir/r4/Patient/ana', {
        authorization: `Bearer ${world.south}`,
        'x-http-method-override': 'DELETE',
      }),
    status: 200,
  },
]

const browsers: Attack[] = [
  ...[
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/%0d%0aset-cookie:a=b',
    'javascript:alert(1)',
    '/.//evil.example',
  ].map(
    (next): Attack => ({
      name: `a sign-in does not lead to ${JSON.stringify(next)}`,
      attempt: (world) => world.signIn(next),
      status: 303,
      says: /^http:\/\/localhost/,
      lacks: /evil|javascript|^a=b/im,
    }),
  ),
  {
    name: 'a page is not framed',
    attempt: (world) => world.fetch('/signin'),
    status: 200,
    says: /frame-ancestors 'none'/,
  },
  {
    name: 'a private answer is not kept by a cache',
    attempt: (world) => world.fetch('/fhir/r4/Patient', { authorization: `Bearer ${world.ana}` }),
    status: 200,
    says: /cache-control: [^\n]*(no-store|private)/,
  },
  {
    name: 'a sign-in of before is not kept: the id of it is new',
    attempt: (world) => world.signIn('/', 'onpatient_sign_in=si_fixed'),
    status: 303,
    lacks: /si_fixed/,
  },
  {
    name: 'another host is not written into pages or links',
    attempt: (world) =>
      world.fetch('/fhir/r4/metadata', {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.example',
      }),
    status: 200,
    lacks: /evil/,
  },
  ...['/fhir/r4/metadata', '/signin', '/portal-api/me', '/.well-known/openid-configuration'].map(
    (path): Attack => ({
      name: `a name of somebody else that leads here (DNS rebinding) gets nothing of ${path}`,
      attempt: (world) => world.askAs('evil.example', path),
      status: 421,
      lacks: /fhirVersion|<form|csrf|issuer|location:|set-cookie/,
    }),
  ),
  {
    name: 'a forged network address gives no metrics',
    attempt: (world) => world.fetch('/metrics', { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' }),
    status: 404,
  },
  {
    name: 'the portal answers another site nothing',
    attempt: (world) => world.fetch('/portal-api/me', { origin: 'https://evil.example' }),
    status: 401,
    lacks: /access-control-allow-origin/,
  },
  {
    name: 'a form of another site signs nobody in',
    attempt: (world) => world.post('/signin', { email: 'ana@example.com', password: 'x', next: '/' }),
    status: 403,
  },
]

const asked = { response_type: 'code', redirect_uri: redirectUri }
const authorizeWith = (
  name: string,
  status: 302 | 400,
  params: Record<string, string>,
  advisory?: string,
): Attack => ({
  name,
  ...(advisory === undefined ? {} : { advisory }),
  attempt: (world) =>
    world.fetch(`/o/authorize/?${new URLSearchParams({ client_id: world.client.id, ...asked, ...params })}`),
  status,
  // Back to the registered address with an error, or not back at all.
  ...(status === 302 ? { says: /location: https:\/\/app\.example\.com\/redirect_uri[?#]error=/ } : {}),
  lacks: /location: [^\n]*(evil|169\.254|[?#&](code|access_token|id_token)=)/,
})

const oauth: Attack[] = [
  authorizeWith('a longer redirect URI', 400, { redirect_uri: `${redirectUri}/evil` }),
  authorizeWith('a redirect URI with a user part', 400, {
    redirect_uri: 'https://app.example.com@evil.example/redirect_uri',
  }),
  authorizeWith('a redirect URI with dots', 400, {
    redirect_uri: 'https://app.example.com/evil/../redirect_uri',
  }),
  authorizeWith('a loopback redirect of a web application', 400, { redirect_uri: 'http://127.0.0.1/evil' }),
  authorizeWith('a script as redirect URI', 400, { redirect_uri: 'javascript:alert(1)//evil' }),
  authorizeWith('the implicit flow', 302, { response_type: 'token' }, 'CVE-2026-7571'),
  authorizeWith('the hybrid flow', 302, { response_type: 'code id_token', nonce: 'n' }, 'CVE-2026-7571'),
  authorizeWith('a request object from an address', 302, { request_uri: 'http://169.254.169.254/latest' }),
  authorizeWith('an unsigned request object', 302, { request: 'eyJhbGciOiJub25lIn0.e30.' }),
  {
    ...authorizeWith('answers as a form', 302, { response_mode: 'form_post' }),
    says: /location: \/o\/interaction\//,
  },
  {
    name: 'a doubled redirect URI',
    advisory: 'CVE-2026-9689',
    attempt: (world) =>
      world.fetch(
        `/o/authorize/?client_id=${world.client.id}&response_type=code&redirect_uri=${encodeURIComponent(redirectUri)}&redirect_uri=https%3A%2F%2Fevil.example`,
      ),
    status: 400,
    lacks: /location:/,
  },
  {
    name: 'a code of another application',
    attempt: async (world) => world.redeem(await world.codeFor(world.client), world.other),
    status: 400,
    says: /invalid_grant/,
  },
  {
    name: 'one code, asked for by ten at once, gives one token',
    attempt: async (world) => {
      const code = await world.codeFor(world.client)
      return countGiven(
        await Promise.all(Array.from({ length: 10 }, () => world.redeem(code, world.client))),
        1,
      )
    },
    status: 200,
  },
  {
    // Tabs of one app and lost answers come back within half a minute; what comes later was stolen.
    name: 'a refresh token that was used by ten at once, and once more a minute later, ends the access of all',
    advisory: 'GHSA-m2w5-7xhv-w6fh',
    attempt: async (world) => {
      const { refresh_token } = await world.tokensOf(world.client)
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => world.refresh(refresh_token, world.client)),
      )
      const given = answers.flatMap(
        ({ text }) => (JSON.parse(text) as { access_token?: string }).access_token ?? [],
      )
      world.app.clock.forward(60)
      const late = await world.refresh(refresh_token, world.client)
      const reads = await Promise.all(given.map((token) => world.read('Patient/ana', token)))
      return {
        status: late.status,
        text: `${given.length} were given, and then: ${[...new Set(reads.map(({ status }) => status))].join()}`,
      }
    },
    status: 400,
    says: /10 were given, and then: 401$/,
    movesClock: true,
  },
  {
    name: 'a code that was used once more ends what it gave',
    attempt: async (world) => {
      const code = await world.codeFor(world.client)
      const first = await world.redeem(code, world.client)
      const { access_token = '' } = JSON.parse(first.text) as { access_token?: string }
      const again = await world.redeem(code, world.client)
      return { status: again.status, text: String((await world.read('Patient/ana', access_token)).status) }
    },
    status: 400,
    says: /^401$/,
  },
  {
    name: 'a refresh token of another application',
    attempt: async (world) => world.refresh((await world.tokensOf(world.client)).refresh_token, world.other),
    status: 400,
  },
  {
    name: 'an assertion that is used again',
    attempt: async (world) => {
      const first = await world.assertOnce()
      return first.status === 200 ? world.assertOnce() : first
    },
    status: 401,
    says: /invalid_client/,
  },
  {
    name: 'an unsigned assertion',
    attempt: (world) =>
      world.post('/o/token/', {
        grant_type: 'client_credentials',
        scope: 'system/*.rs',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: 'eyJhbGciOiJub25lIn0.e30.',
      }),
    status: 401,
  },
  {
    name: 'tokens by password',
    attempt: async (world) =>
      asAnswer(
        await postToken(world.app, {
          grant_type: 'password',
          username: 'ana@example.com',
          password: 'x',
          client_id: world.client.id,
          client_secret: world.client.secret,
        }),
      ),
    status: 400,
  },
  {
    name: 'tokens exchanged for somebody else',
    attempt: async (world) =>
      asAnswer(
        await postToken(world.app, {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: world.ana,
          client_id: world.client.id,
          client_secret: world.client.secret,
        }),
      ),
    status: 400,
  },
  {
    name: 'a registration does not show the secret of another application',
    attempt: (world) =>
      world.fetch(`/o/register/${world.client.id}`, { authorization: `Bearer ${world.ana}` }),
    status: 404,
    lacks: /client_secret/,
  },
  {
    name: 'a token in the address of the R4 API is not read',
    attempt: (world) => world.fetch(`/fhir/r4/Patient?access_token=${world.ana}`),
    status: 401,
  },
  {
    name: 'the issuer is named in the answer, against mix-up',
    attempt: async (world) => ({ status: 200, text: (await world.backFor(world.client)).toString() }),
    status: 200,
    says: /iss=http/,
  },
  {
    name: 'a token that ended is dead at once',
    advisory: 'CVE-2026-9802',
    attempt: async (world) => {
      const { access_token } = await world.tokensOf(world.client)
      await world.post('/o/revoke/', {
        token: access_token,
        client_id: world.client.id,
        client_secret: world.client.secret,
      })
      return world.read('Patient', access_token)
    },
    status: 401,
  },
]

export const attacks: readonly Attack[] = [...scopes, ...compartments, ...writes, ...browsers, ...oauth]

function countGiven(answers: Answer[], most: number): Answer {
  const given = answers.filter(({ status }) => status === 200).length
  return { status: given <= most && given > 0 ? 200 : 500, text: `${given} were given` }
}

export function asAnswer({ status, body }: { status: number; body: unknown }): Answer {
  return { status, text: JSON.stringify(body) }
}
