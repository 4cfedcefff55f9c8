/** Files as documents may carry them, good and hostile, for tests of what is shown and of what is sent. */

export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** A whole PDF of one page with one line of text. */
export function aPdf(text: string): Buffer {
  const stream = `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let pdf = '%PDF-1.4\n'
  const places = objects.map((object, index) => {
    const place = pdf.length
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`
    return place
  })
  const table = pdf.length
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`
  return Buffer.from(
    `${pdf}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`,
    'latin1',
  )
}

export const scriptedSvg = '<svg xmlns="http://www.w3.org/2000/svg"><script>parent.hacked = 1</script></svg>'

export const hostileHtml = `<h1>Letter</h1><script>parent.hacked = 1</script>
<p onclick="hacked()" style="position:fixed">Dear <b>Mia</b></p><a href="javascript:hacked()">Open</a>
<img src="https://tracker.example/x.png"><img src="x" onerror="hacked()"><iframe src="https://evil.example"></iframe>
<form action="/portal-api/me"><input name="a"><button>Send</button></form><meta http-equiv="refresh" content="0;url=https://evil.example">`

export const clinicalXml = `<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc">
  <title>Summary of Care</title><effectiveTime value="20240131093000-0500"/>
  <recordTarget><patientRole><patient><name><given>Mia</given><family>Rivera</family></name></patient></patientRole></recordTarget>
  <author><assignedAuthor><assignedPerson><name><given>Ana</given><family>Lee</family></name></assignedPerson></assignedAuthor></author>
  <component><structuredBody>
    <component><section><title>Allergies</title><text>
      <table><thead><tr><th>Substance</th><th>Reaction</th></tr></thead>
        <tbody><tr><td>Penicillin</td><td><content ID="r1">Hives</content><br/>Rash</td></tr></tbody></table>
      <list listType="ordered"><item>First &amp; last</item><item><paragraph>Second</paragraph></item></list>
      <paragraph>Ask <content styleCode="Bold">before</content> surgery. <linkHtml href="javascript:hacked()">More</linkHtml></paragraph>
    </text>
      <component><section><title>Past</title><text>None known</text></section></component>
    </section></component>
    <component><section><title>Empty</title></section></component>
  </structuredBody></component>
</ClinicalDocument>`

export const xmlBomb = `<?xml version="1.0"?><!DOCTYPE ClinicalDocument [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<ClinicalDocument><title>&b;</title></ClinicalDocument>`

export const externalEntity = `<?xml version="1.0"?><!DOCTYPE ClinicalDocument [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<ClinicalDocument><title>&x;</title></ClinicalDocument>`

export const deepXml = `<ClinicalDocument>${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}</ClinicalDocument>`
