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
    [
      '/portal-api/practices/prac_1/patients/kim/related-people',
      '/portal-api/practices/prac_1/patients/•••/related-people',
    ],
    [
      '/fhir/r4/Patient?name=Rivera&birthdate=1988-04-02&identifier=1234&_count=5',
      '/fhir/r4/Patient?name=•••&birthdate=•••&identifier=•••&_count=5',
    ],
    [
      '/fhir/r4/Observation?subject:Patient.family=Rivera&subject=Patient%2Fkim&_sort=date',
      '/fhir/r4/Observation?subject:Patient.family=•••&subject=•••&_sort=date',
    ],
    ['/signin?next=%2Finvitation%3Ftoken%3Dlnk_1&passkey', '/signin?next=•••&passkey'],
    ['/o/token/?code_verifier=abc&co%64e=abc?d=e', '/o/token/?code_verifier=•••&co%64e=•••'],
  ]
  for (const [url, shown] of rows) assert.equal(redactUrl(url), shown)
})
