/**
 * Which folder may use which. Each rule prints a sentence of docs/concepts/layout.md, its `comment`;
 * tools/boundary-violations.test.ts breaks each rule once.
 */
const code = '^(fhir|words|server|portal|tools|bench|test)/'
const leaves =
  '^server/(addresses|assert-room|breathe|clock|confinement|errors|limits|logger|network|origins|portal-pages|production|request-work|seal|secrets|setting-kinds|setting-table|settings|several-processes)\\.ts$'

/** What a folder of server/ may use beside itself and the leaves; `types`: only types of it. */
const uses = [
  [['store'], [], [], 'The store uses leaves alone.'],
  [
    ['keys', 'mail', 'rate-limits', 'backups'],
    ['store'],
    [],
    '`keys`, `mail`, `rate-limits` and `backups` use the store.',
  ],
  [['records'], ['fhir', 'store'], [], '`records` uses `fhir` and the store.'],
  [['accounts'], ['words', 'mail', 'store'], [], '`accounts` uses `words`, `mail` and the store.'],
  [
    ['practices'],
    ['fhir', 'mail', 'store'],
    ['records'],
    '`practices` uses `fhir`, `mail`, the store and the interface of `records`.',
  ],
  [
    ['applications'],
    ['fhir', 'keys', 'practices', 'store'],
    [],
    '`applications` uses `fhir`, `keys`, `practices` and the store.',
  ],
  [
    ['grants'],
    ['fhir', 'applications', 'practices', 'store'],
    [],
    '`grants` uses `fhir`, `applications`, `practices` and the store.',
  ],
  [
    ['launches'],
    ['applications', 'grants', 'practices', 'store'],
    [],
    '`launches` uses `applications`, `grants`, `practices` and the store.',
  ],
  [
    ['access'],
    ['fhir', 'grants', 'keys', 'practices', 'rate-limits', 'store'],
    ['records'],
    '`access` uses `fhir`, `grants`, `keys`, `practices`, `rate-limits`, the store and the interface of `records`.',
  ],
  [
    ['import', 'export'],
    ['fhir', 'store'],
    ['records'],
    '`import` and `export` use `fhir`, the store and the interface of `records`.',
  ],
  [['views'], ['fhir', 'words'], [], '`views` are pure functions: they use `fhir` and `words`.'],
  [
    ['people'],
    ['access', 'practices', 'views'],
    [],
    '`people` uses `access`, `views` and types of `practices`.',
  ],
  [
    ['http'],
    ['fhir', 'words', 'access', 'rate-limits', 'store'],
    ['accounts'],
    '`http` uses `fhir`, `words`, `access`, `rate-limits`, the store and types of `accounts`.',
  ],
  [
    ['pages'],
    ['http', 'store'],
    ['accounts'],
    '`pages` uses `http`, the failures of the store and types of `accounts`.',
  ],
  [
    ['apis'],
    ['fhir', 'access', 'http', 'store'],
    [],
    'APIs use `fhir`, `access` and `http`, and never records.',
  ],
  [
    ['authorization'],
    [
      ...[
        'fhir',
        'access',
        'accounts',
        'applications',
        'grants',
        'http',
        'keys',
        'launches',
        'pages',
        'practices',
      ],
      ...['rate-limits', 'store'],
    ],
    ['records'],
    '`authorization` uses neither APIs nor the portal, and of records the interface alone.',
  ],
  [
    ['portal-api'],
    [
      ...['fhir', 'access', 'accounts', 'applications', 'grants', 'http', 'launches', 'pages', 'practices'],
      ...['people', 'store', 'views', 'words'],
    ],
    [],
    '`portal-api` reads records through `people` and `access`.',
  ],
  [
    ['account-pages'],
    ['accounts', 'http', 'mail', 'pages', 'practices'],
    [],
    '`account-pages` uses `accounts`, `practices`, `mail`, `http` and `pages`.',
  ],
  [['docs-pages'], ['http', 'pages'], [], '`docs-pages` uses `http` and `pages`.'],
  [['brands'], ['http', 'practices'], [], '`brands` uses `http` and `practices`.'],
  [
    ['demo'],
    ['accounts', 'applications', 'pages', 'practices'],
    ['records'],
    '`demo` uses `accounts`, `applications`, `practices`, `pages` and the interface of `records`.',
  ],
  [
    ['cli'],
    [
      ...['fhir', 'accounts', 'applications', 'backups', 'demo', 'export', 'grants', 'import', 'mail'],
      ...['practices', 'rate-limits', 'store'],
    ],
    ['records'],
    'The command line uses what `app.ts` has put together, and neither APIs nor pages.',
  ],
]
const compositionRoot = '^server/(app|serve|listen)\\.ts$'
const placeOf = (name) => (name === 'fhir' || name === 'words' ? `^${name}/` : `^server/${name}/`)
const usesRules = uses.flatMap(([folders, used, types, comment]) =>
  folders.flatMap((folder) => [
    {
      name: `uses-of-${folder}`,
      comment,
      severity: 'error',
      from: { path: placeOf(folder) },
      to: {
        path: code,
        pathNot: [
          placeOf(folder),
          leaves,
          ...[...used, ...types].map(placeOf),
          ...(folder === 'cli' ? [compositionRoot] : []),
        ],
      },
    },
    ...types.map((type) => ({
      name: `types-of-${type}-for-${folder}`,
      comment,
      severity: 'error',
      from: { path: placeOf(folder) },
      to: { path: placeOf(type), dependencyTypesNot: ['type-only'] },
    })),
  ]),
)

const entered = [...uses.flatMap(([folders]) => folders), 'apis/classic', 'apis/dstu2', 'apis/r4']
  // These are shelves of small parts.
  .filter((folder) => !['store', 'http', 'pages', 'apis', 'cli'].includes(folder))
const entryRules = entered.map((folder) => {
  const name = folder.split('/').at(-1)
  const more =
    { demo: '|client/client|generator/generate-practice', 'portal-api': '|portal-app|answers' }[folder] ?? ''
  return {
    name: `entry-of-${name}`,
    comment:
      'A folder is entered through the file that carries its name, and types are taken from there, too.',
    severity: 'error',
    from: { path: '^(fhir|words|server|portal)/', pathNot: `^server/${folder}/` },
    to: { path: `^server/${folder}/`, pathNot: `^server/${folder}/(${name}${more})\\.ts$` },
  }
})

const rules = [
  {
    name: 'no-circles',
    comment: 'No files use each other in a circle, be it for a type.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphans',
    comment: 'Each file is used by another, or is started by itself.',
    from: {
      orphan: true,
      pathNot: [
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
    comment: '`fhir` uses nothing.',
    from: { path: '^fhir/' },
    to: { pathNot: '^fhir/', dependencyTypesNot: ['type-only', 'npm-no-pkg'] },
  },
  {
    name: 'fhir-takes-no-types',
    comment: '`fhir` uses nothing.',
    from: { path: '^fhir/' },
    to: { path: code, pathNot: '^fhir/' },
  },
  {
    name: 'words-use-words',
    comment: '`words` uses nothing.',
    from: { path: '^words/' },
    to: { path: code, pathNot: '^words/' },
  },
  {
    name: 'leaves-use-leaves',
    comment: 'Leaves use each other alone.',
    from: { path: leaves },
    to: { path: code, pathNot: leaves },
  },
  {
    name: 'only-the-start-knows-everything',
    comment: 'Only `app.ts` knows everything; `serve.ts` and the command line start it.',
    from: { path: '^server/', pathNot: [compositionRoot, '^server/cli/'] },
    to: { path: compositionRoot },
  },
  {
    name: 'sql-in-store-and-modules',
    comment: 'SQL stands in the store, the modules and the storage of `authorization`; an API knows none.',
    from: {
      path: '^server/',
      pathNot: [
        '^server/(store|accounts|practices|applications|grants|launches|records|keys|authorization)/',
        '^server/cli/doctor\\.ts$',
        '^server/http/probes\\.ts$',
      ],
    },
    to: { path: 'node_modules/(kysely|better-sqlite3|pg)/' },
  },
  {
    name: 'http-at-the-edge',
    comment: 'Modules and `access` know no HTTP.',
    from: {
      path: '^server/(store|accounts|practices|applications|grants|launches|records|access|mail|keys|rate-limits|backups)/',
    },
    to: { path: 'node_modules/(fastify|@fastify)/' },
  },
  {
    name: 'apis-are-strangers',
    comment: 'An API uses no other API.',
    from: { path: '^server/apis/([^/]+)/' },
    to: { path: '^server/apis/([^/]+)/', pathNot: '^server/apis/$1/' },
  },
  {
    name: 'apis-know-no-database',
    comment: 'Of the store, APIs and `pages` know only its failures.',
    from: { path: '^server/(apis|pages)/' },
    to: { path: '^server/store/', pathNot: '^server/store/store-failure\\.ts$' },
  },
  {
    name: 'authorization-knows-scopes',
    comment: '`authorization` knows of FHIR only scopes and the names of people.',
    from: { path: '^server/authorization/' },
    to: { path: '^fhir/', pathNot: '^fhir/(scope/|official-name\\.ts$)' },
  },
  {
    name: 'engine-internals-in-one-file',
    comment: 'What the OAuth engine does not publish is used in `oidc-internals.ts` alone.',
    from: { pathNot: '/oidc-internals\\.ts$' },
    to: { path: 'node_modules/oidc-provider/lib/(?!index)' },
  },
  {
    name: 'portal-talks-http',
    comment:
      'The portal uses `fhir`, `words`, the style of `pages`, the list of its own pages, and types of `views` and of the answers of `portal-api`; it meets the server over HTTP.',
    from: { path: '^portal/' },
    to: {
      path: code,
      pathNot: [
        '^portal/',
        '^fhir/',
        '^words/',
        '^server/pages/assets/',
        '^server/(views/views|portal-api/answers)\\.ts$',
        '^server/portal-pages\\.ts$',
      ],
    },
  },
  {
    name: 'portal-takes-types',
    comment:
      'The portal uses `fhir`, `words`, the style of `pages`, the list of its own pages, and types of `views` and of the answers of `portal-api`; it meets the server over HTTP.',
    from: { path: '^portal/' },
    to: { path: '^server/(views|portal-api)/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'server-stands-alone',
    comment: 'The server uses neither the portal nor `bench`, `test` and `tools`.',
    from: { path: '^server/' },
    to: { path: '^(portal|bench|test|tools)/' },
  },
]

module.exports = {
  forbidden: [...rules.map((rule) => ({ ...rule, severity: 'error' })), ...usesRules, ...entryRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Tests may reach everywhere.
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
