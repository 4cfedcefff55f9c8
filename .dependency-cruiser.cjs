/** Which folder may import which: docs/concepts/layout.md. Each rule is a sentence of it. */
const nouns = [
  'accounts',
  'practices',
  'applications',
  'grants',
  'launches',
  'records',
  'access',
  'authorization',
  'mail',
  'keys',
  'import',
  'export',
  'portal-api',
  'account-pages',
  'docs-pages',
  'demo',
  'store',
  'pages',
  'rate-limits',
  'backups',
]
const leaves =
  '^server/(addresses|settings|limits|assert-room|clock|network|secrets|seal|errors|logger|breathe|request-work)\\.ts$'

/** A folder is entered through the file that carries its name; types may be taken from there, too. */
const doors = nouns
  .filter((noun) => !['store', 'pages', 'demo', 'portal-api'].includes(noun))
  .map((noun) => ({
    name: `door-of-${noun}`,
    severity: 'error',
    from: { pathNot: [`^server/${noun}/`, '\\.test\\.ts$', '^test/', '^bench/'] },
    to: { path: `^server/${noun}/`, pathNot: [`^server/${noun}/${noun}\\.ts$`] },
  }))

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '\\.test\\.ts$',
          '\\.d\\.ts$',
          '^tools/',
          '^bench/',
          '^portal/vite\\.config\\.ts$',
          '^server/cli/onpatient\\.ts$',
          '^\\.dependency-cruiser\\.cjs$',
          '\\.(css|js)$',
        ],
      },
      to: {},
    },
    {
      name: 'fhir-is-pure',
      severity: 'error',
      from: { path: '^fhir/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^fhir/', dependencyTypesNot: ['type-only', 'npm-no-pkg'] },
    },
    {
      name: 'leaves-know-nothing',
      severity: 'error',
      from: { path: leaves },
      to: { path: '^(server|fhir|portal)/', pathNot: leaves },
    },
    {
      name: 'store-knows-leaves-only',
      severity: 'error',
      from: { path: '^server/store/' },
      to: { path: '^(server|fhir)/', pathNot: ['^server/store/', leaves] },
    },
    {
      name: 'sql-in-store-and-nouns',
      severity: 'error',
      from: {
        path: '^server/',
        pathNot: [
          '^server/(store|accounts|practices|applications|grants|launches|records|keys|authorization)/',
          '^server/cli/doctor\\.ts$',
          '^server/http/probes\\.ts$',
          '\\.test\\.ts$',
        ],
      },
      to: { path: 'node_modules/(kysely|better-sqlite3|pg)/' },
    },
    {
      name: 'http-at-the-edge',
      severity: 'error',
      from: {
        path: '^server/(store|accounts|practices|applications|grants|launches|records|access|mail|keys)/',
        pathNot: '\\.test\\.ts$',
      },
      to: { path: 'node_modules/(fastify|@fastify)/' },
    },
    {
      name: 'apis-are-strangers',
      severity: 'error',
      from: { path: '^server/apis/([^/]+)/' },
      to: { path: '^server/apis/([^/]+)/', pathNot: '^server/apis/$1/' },
    },
    {
      name: 'apis-see-access-only',
      severity: 'error',
      from: { path: '^server/apis/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^server/',
        pathNot: [
          '^server/(apis|access|http)/',
          leaves,
          '^server/store/store-failure\\.ts$',
          '^server/records/records\\.ts$',
        ],
      },
    },
    {
      name: 'engine-internals-in-one-file',
      severity: 'error',
      from: { pathNot: '^server/authorization/engine/oidc-internals\\.ts$' },
      to: { path: 'node_modules/oidc-provider/lib/(?!index)' },
    },
    {
      name: 'portal-talks-http',
      severity: 'error',
      from: { path: '^portal/' },
      to: { path: '^server/', pathNot: '^server/pages/assets/' },
    },
    {
      name: 'server-does-not-import-the-portal',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^portal/' },
    },
    ...doors,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(portal/dist|data)/|\\.test\\.ts$' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
