import type { Remark, Rule } from './rules.ts'

const rule = (file: string, section: string, level: Rule['level'], says: string): Rule => ({
  ...{ file: `smart-${file}`, section, level, says },
})

/** SMART App Launch 2.2 (https://hl7.org/fhir/smart-app-launch/STU2.2/): what it asks of servers, by page. */
export const smartRules = {
  wellKnown: rule('discovery', 'conformance', 'MUST', 'each FHIR base has its configuration, for everybody'),
  alwaysJson: rule(
    'discovery',
    'conformance',
    'MUST',
    'the configuration is application/json whatever is accepted',
  ),
  absoluteUrls: rule(
    'discovery',
    'conformance',
    'MUST',
    'all endpoints of the configuration are absolute addresses, and answer',
  ),
  requiredFields: rule('discovery', 'conformance', 'MUST', 'the required fields are there'),
  recommendedFields: rule('discovery', 'conformance', 'SHOULD', 'the recommended fields are there'),
  grantTypes: rule(
    'discovery',
    'conformance',
    'MUST',
    'the grant types are those that the token endpoint takes',
  ),
  s256: rule('discovery', 'conformance, app launch', 'MUST', 'S256 is supported'),
  notPlain: rule('discovery', 'conformance, app launch', 'MUST NOT', 'plain is not supported'),
  scopesSupported: rule('discovery', 'conformance', 'MUST', 'every scope that is listed is given'),
  capabilities: rule(
    'discovery',
    'conformance',
    'MUST',
    'the capabilities are those of the specification that work',
  ),
  corsDiscovery: rule(
    'discovery',
    'app launch',
    'MUST',
    'every origin may read configuration, token answers and records',
  ),

  launchAddress: rule(
    'ehr-launch',
    'app launch',
    'MUST',
    'the launch URL is opened with iss, the FHIR base, and an opaque launch',
  ),
  launchEchoed: rule(
    'ehr-launch',
    'app launch',
    'MUST',
    'launch is a scope and a parameter of the request: the parameter counts as asking for the scope, the scope alone is not granted',
  ),
  launchContext: rule(
    'ehr-launch',
    'scopes',
    'MUST',
    'the token answer has the patient and the encounter of the launch',
  ),
  launchFields: rule(
    'ehr-launch',
    'scopes',
    'MUST',
    'need_patient_banner, intent, smart_style_url and fhirContext have their form',
  ),
  fhirContextForm: rule(
    'ehr-launch',
    'scopes',
    'MUST NOT',
    'fhirContext names the patient or the encounter of the launch once more',
  ),
  contextKept: rule('ehr-launch', 'scopes', 'SHOULD', 'a refresh and introspection tell the same context'),
  encounterScope: rule(
    'ehr-launch',
    'scopes',
    'MUST',
    'launch/encounter is not granted when there is no encounter',
  ),
  standaloneEncounter: rule(
    'ehr-launch',
    'scopes',
    'MUST',
    'launch/encounter of an app that starts alone has the person choose an encounter, whose id the token answer has',
  ),

  getAndPost: rule('launch', 'app launch', 'MUST', 'an authorization request may come by GET and by POST'),
  aud: rule('launch', 'app launch', 'MUST', 'aud is supported, and another audience is refused'),
  redirectRequired: rule('launch', 'app launch', 'MUST', 'redirect_uri is needed in both requests'),
  verifierRequired: rule('launch', 'app launch', 'MUST', 'the code verifier is there and right'),
  stateEchoed: rule('launch', 'app launch', 'MUST', 'state comes back as it was sent'),
  tokenAnswer: rule('launch', 'app launch', 'MUST', 'the token answer has its fields'),
  noStore: rule('launch', 'app launch', 'MUST', 'token answers are kept in no cache'),
  confidentialProof: rule(
    'launch',
    'app launch',
    'MUST',
    'a confidential app proves who it is, a public one cannot',
  ),
  refreshAnswer: rule(
    'launch',
    'app launch',
    'MUST',
    'a refresh brings the same scopes, fewer when fewer are asked for, and never more',
  ),
  refreshBound: rule('launch', 'app launch', 'MUST', 'a refresh token is bound to its client'),
  tokenChecked: rule(
    'launch',
    'app launch',
    'MUST',
    'the API takes no token that has expired or does not cover the resource',
  ),
  refreshLifetime: rule(
    'launch',
    'app launch',
    'SHOULD',
    'offline access lasts three months at least, renewed on use',
  ),

  versionOne: rule('scopes', 'scopes', 'MUST', 'scopes of version 1 are given as they were asked for'),
  versionTwo: rule('scopes', 'scopes', 'MUST', 'scopes of version 2 open what their letters say'),
  granular: rule('scopes', 'scopes', 'MUST', 'a filter of a scope is kept'),
  malformedScope: rule('scopes', 'scopes', 'MUST', 'what is no scope is given to nobody'),
  patientContext: rule(
    'scopes',
    'scopes',
    'MUST',
    'launch/patient makes the person choose one record, and its id is reported',
  ),
  patientScoped: rule('scopes', 'scopes', 'MUST', 'patient scopes reach the record in context alone'),
  grantedScopes: rule('scopes', 'scopes', 'MUST', 'the scopes of the answer are those that were granted'),
  fhirUser: rule('scopes', 'scopes', 'MUST', 'the id_token has fhirUser, which can be read'),
  signedRs256: rule('scopes', 'scopes', 'MUST', 'id_tokens are signed with RS256 by a published bare key'),
  noIdToken: rule('scopes', 'scopes', 'MUST', 'without openid there is no id_token and no identity'),

  keySets: rule(
    'keys',
    'client authentication: asymmetric',
    'MUST',
    'keys are registered as a set or by its address',
  ),
  algorithms: rule('keys', 'client authentication: asymmetric', 'MUST', 'RS384 and ES384 are verified'),
  assertionClaims: rule(
    'keys',
    'client authentication: asymmetric',
    'MUST',
    'an assertion is refused as invalid_client when a claim or header is missing or wrong',
  ),
  assertionLifetime: rule(
    'keys',
    'client authentication: asymmetric',
    'MUST',
    'an assertion expires within five minutes',
  ),
  assertionOnce: rule(
    'keys',
    'client authentication: asymmetric',
    'MUST',
    'the jti of an assertion counts once',
  ),
  oneKey: rule(
    'keys',
    'client authentication: asymmetric',
    'MUST',
    'the key is the one with the kid and the type of the header',
  ),
  jku: rule(
    'keys',
    'client authentication: asymmetric',
    'MUST',
    'a jku is followed only to the registered address',
  ),
  cacheControl: rule(
    'keys',
    'client authentication: asymmetric',
    'MUST NOT',
    'a fetched key set is kept no longer than its Cache-Control says',
  ),
  accept: rule(
    'keys',
    'client authentication: asymmetric',
    'MUST',
    'a key set is fetched by GET with Accept: application/json',
  ),
  symmetric: rule('keys', 'client authentication: symmetric', 'MUST', 'a secret comes by HTTP Basic'),
  backendScopes: rule(
    'keys',
    'backend services',
    'MUST',
    'a service gets what was approved for it, and no other scope',
  ),
  backendAnswer: rule(
    'keys',
    'backend services',
    'MUST',
    'the token of a service has its fields and lives five minutes',
  ),
  backendErrors: rule('keys', 'backend services', 'MUST', 'a refused service is shown the error of RFC 6749'),

  introspectFields: rule(
    'introspection',
    'token introspection',
    'MUST',
    'active, scope, client_id and exp are reported',
  ),
  introspectContext: rule(
    'introspection',
    'token introspection',
    'MUST',
    'the launch context of the token answer is reported',
  ),
  introspectIdentity: rule(
    'introspection',
    'token introspection',
    'MUST',
    'iss, sub and fhirUser of the id_token are reported',
  ),
  introspectByToken: rule(
    'introspection',
    'token introspection',
    'MUST',
    'a client may prove itself by an access token of its own',
  ),
  introspectAccess: rule(
    'introspection',
    'token introspection',
    'MUST',
    'a client is informed about its own tokens alone',
  ),
} as const satisfies Record<string, Rule>

/** Rules for others. */
export const smartRemarks: readonly Remark[] = [
  {
    section: 'app launch',
    says: 'Apps protect state, tokens and redirects, and use PKCE.',
    why: 'Rules for apps. A confidential app of before PKCE may go without; a public one may not.',
  },
  {
    section: 'app launch',
    says: 'Transport is protected by TLS.',
    why: 'TLS ends at the proxy of the operator: [Running onpatient](../operate/run.md).',
  },
  {
    section: 'scopes',
    says: '`tenant` among the launch context.',
    why: 'Optional, and not among the capabilities.',
  },
  {
    section: 'app state, brands, task launch',
    says: 'All of these pages.',
    why: 'Optional, and not among the capabilities.',
  },
]

/** Where the server does otherwise, knowingly. */
export const smartDeviations: readonly Remark[] = [
  {
    section: 'app launch',
    says: 'Access tokens live an hour at most (SHOULD).',
    why: '48 hours, as existing clients rely on. A token dies with its grant at once, in every process, so that its lifetime matters less.',
  },
  {
    section: 'scopes',
    says: 'A granted `patient/` scope puts one patient in context.',
    why: 'Without `launch/patient` a person may share several records (a parent, a practice) and `patient` is reported only when there is one. See [decision 0002](../decisions/0002-authorization-on-oidc-provider.md).',
  },
  {
    section: 'scopes',
    says: '`fhirUser` of everybody.',
    why: 'A caregiver who is neither a patient nor a practitioner has no FHIR resource here; then the claim is left out.',
  },
  {
    section: 'token introspection',
    says: 'A client that may introspect is informed about the tokens of all clients.',
    why: 'No client may: whichever way it proves itself, it is informed about its own tokens alone (RFC 7662 §4).',
  },
]
