import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redactUrl } from './logger.ts'

test('an address in the log shows neither secrets nor patients', () => {
  const rows: Array<[string, string]> = [
    [
      '/o/authorize/?client_id=app_1&launch=lau_1&state=s',
      '/o/authorize/?client_id=app_1&launch=•••&state=•••',
    ],
    [
      '/portal-api/launches/choices?association=asn_1&patient=kim',
      '/portal-api/launches/choices?association=asn_1&patient=•••',
    ],
    ['/fhir/r4/Patient/kim/$everything', '/fhir/r4/Patient/•••/$everything'],
    ['/o/interaction/x/patient', '/o/interaction/x/patient'],
  ]
  for (const [url, shown] of rows) assert.equal(redactUrl(url), shown)
})
