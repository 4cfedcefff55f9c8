import type { ExampleValues } from './example-values.ts'

export interface Snippet {
  id: string
  label: string
  code: string
}

/** Steps 2 and 3 of the tutorial for one application: the code for tokens, then records page by page. */
export function snippetsFor(values: ExampleValues): Snippet[] {
  return [
    { id: 'curl', label: 'curl', code: curl(values) },
    { id: 'python', label: 'Python', code: python(values) },
    { id: 'typescript', label: 'TypeScript', code: typescript(values) },
  ]
}

/** The parameters of the token request that are the same in every language. */
function tokenParameters({ redirectUri, proof }: ExampleValues): Array<[string, string]> {
  return [['grant_type', 'authorization_code'], ['redirect_uri', redirectUri], ...proof]
}

function curl(values: ExampleValues): string {
  const parameters = tokenParameters(values).map(
    ([name, value]) => `  --data-urlencode ${inShell(`${name}=${value}`)}`,
  )
  return `# CODE is the "code" in the address people come back to. It works once, within a minute.
curl ${values.token} \\
${parameters.join(' \\\n')} \\
  -d code=CODE

# The answer has an access_token, good for 48 hours, and a refresh_token.
curl ${values.api}/Immunization \\
  -H 'Authorization: Bearer ACCESS_TOKEN'`
}

function python(values: ExampleValues): string {
  const parameters = tokenParameters(values).map(
    ([name, value]) => `    ${inQuotes(name)}: ${inQuotes(value)},`,
  )
  return `import requests

# get_params: the query parameters with which people come back
response = requests.post(${inQuotes(values.token)}, data={
    'code': get_params['code'],
${parameters.join('\n')}
})
response.raise_for_status()
tokens = response.json()

headers = {'Authorization': 'Bearer ' + tokens['access_token']}
immunizations = []
url = ${inQuotes(`${values.api}/Immunization`)}
while url:
    page = requests.get(url, headers=headers).json()
    immunizations.extend(page['results'])
    url = page['next']  # None on the last page`
}

function typescript(values: ExampleValues): string {
  const parameters = tokenParameters(values).map(([name, value]) => `    ${name}: ${inQuotes(value)},`)
  return `// query: the URLSearchParams with which people come back
const answer = await fetch(${inQuotes(values.token)}, {
  method: 'POST',
  body: new URLSearchParams({
    code: query.get('code') ?? '',
${parameters.join('\n')}
  }),
})
if (!answer.ok) throw new Error(await answer.text())
const tokens = await answer.json()

const headers = { Authorization: \`Bearer \${tokens.access_token}\` }
const immunizations = []
let url: string | null = ${inQuotes(`${values.api}/Immunization`)}
while (url) {
  const page = await (await fetch(url, { headers })).json()
  immunizations.push(...page.results)
  url = page.next // null on the last page
}`
}

function inShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Python and TypeScript read these alike. */
function inQuotes(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
