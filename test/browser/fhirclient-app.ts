import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'

export interface AppPage {
  origin: string
  server: Server
  /** What the page at `/launch` asks for, which a launch from the portal opens. */
  launched: { clientId: string; scope: string }
}

/** An app of one page, as the documentation of fhirclient shows it; another origin than ours. */
export async function startAppPage(): Promise<AppPage> {
  const library = await readFile(new URL(import.meta.resolve('fhirclient/build/fhir-client.js')))
  const page = `<!doctype html><title>App</title><body><pre id="seen"></pre><script src="/fhir-client.js"></script><script>
const settings = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
if (settings.iss) FHIR.oauth2.authorize(settings)
else FHIR.oauth2.ready().then(async (client) => {
  window.client = client
  const patient = await client.patient.read()
  const labs = await client.request('Observation?patient=' + client.patient.id, { pageLimit: 0, flat: true })
  document.title = 'ready'
  document.getElementById('seen').textContent = JSON.stringify({ id: patient.id, labs: labs.length, user: client.user.fhirUser })
}).catch((error) => { document.title = 'failed'; document.getElementById('seen').textContent = String(error) })
</script></body>`
  const launched = { clientId: '', scope: '' }
  const server = createServer((request, response) => {
    const isLibrary = request.url === '/fhir-client.js'
    const isLaunch = request.url?.startsWith('/launch') === true
    response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html')
    response.end(isLibrary ? library : isLaunch ? launchPage(launched) : page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { server, launched, origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` }
}

/** The library takes `iss` and `launch` from the address. */
function launchPage(launched: AppPage['launched']): string {
  return `<!doctype html><title>Launch</title><script src="/fhir-client.js"></script><script>
FHIR.oauth2.authorize({ ...${JSON.stringify(launched)}, redirectUri: '/' })
</script>`
}
