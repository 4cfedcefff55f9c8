import type { Concept } from '../concept.ts'
import { type Disease, namedDiseases } from './diseases.ts'

/**
 * Against what each vaccine protects, by CVX code. Our own table, made on 2026-11-28 from the names of the codes:
 * https://www2.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=cvx
 */
const table: ReadonlyArray<readonly [diseases: readonly Disease[], codes: string]> = [
  [['diphtheria', 'tetanus', 'pertussis'], '01 20 106 107 115'],
  [['diphtheria', 'tetanus'], '09 28 113 138 139 196'],
  [['tetanus'], '35 112 142'],
  [['pertussis'], '11'],
  [['diphtheria', 'tetanus', 'polio'], '195'],
  [['diphtheria', 'tetanus', 'pertussis', 'polio'], '130'],
  [['diphtheria', 'tetanus', 'pertussis', 'hib'], '22 50'],
  [['diphtheria', 'tetanus', 'pertussis', 'hib', 'polio'], '120 170'],
  [['diphtheria', 'tetanus', 'pertussis', 'hepatitisB', 'polio'], '110'],
  [['diphtheria', 'tetanus', 'pertussis', 'hib', 'hepatitisB'], '102 198'],
  [['diphtheria', 'tetanus', 'pertussis', 'polio', 'hib', 'hepatitisB'], '132 146'],
  [['polio'], '02 10 89 178 179 182 324'],
  [['measles', 'mumps', 'rubella'], '03'],
  [['measles', 'rubella'], '04'],
  [['measles'], '05'],
  [['rubella'], '06'],
  [['mumps'], '07'],
  [['rubella', 'mumps'], '38'],
  [['measles', 'mumps', 'rubella', 'varicella'], '94'],
  [['varicella'], '21'],
  [['hepatitisB'], '08 42 43 44 45 189 220'],
  [['hepatitisA'], '31 52 83 84 85 169'],
  [['hepatitisA', 'hepatitisB'], '104 193'],
  [['hib'], '17 46 47 48 49'],
  [['hib', 'hepatitisB'], '51'],
  [['hib', 'meningococcal'], '148'],
  [['meningococcal'], '32 103 108 114 136 147 167 191 192 203'],
  [['meningococcalB'], '162 163 164'],
  [['meningococcal', 'meningococcalB'], '316 328'],
  [['pneumococcal'], '33 100 109 133 152 177 215 216 327'],
  [['rotavirus'], '74 116 119 122'],
  [['hpv'], '62 118 137 165'],
  [
    ['influenza'],
    '15 16 88 111 123 125 126 127 128 135 140 141 144 149 150 151 153 155 158 161 166 168 171 185 186 194 197 200 201 202 205 231 320 331 333',
  ],
  [
    ['covid'],
    '207 208 210 211 212 213 217 218 219 221 225 226 227 228 229 230 300 301 302 308 309 310 311 312 313 500 501 502 503 504 505 506 507 508 509 510 511 512 513 514 515 516 517 518 519 520 521',
  ],
  [['zoster'], '121 187 188'],
  // Antibodies for infants protect against it as well.
  [['rsv'], '303 304 305 306 307 314 315 326 332'],
  [['rabies'], '18 40 90 175 176'],
  [['typhoid'], '25 41 53 91 101 190'],
  [['yellowFever'], '37 183 184'],
  [['japaneseEncephalitis'], '39 129 134'],
  [['tickBorneEncephalitis'], '222 223 224'],
  [['cholera'], '26 172 173 174'],
  [['dengue'], '56 330'],
  [['chikungunya'], '317 329'],
  [['tuberculosis'], '19'],
  [['smallpox'], '75 105 206 325'],
  [['anthrax'], '24 318 319'],
  [['ebola'], '204 214'],
  [['plague'], '23'],
  [['adenovirus'], '54 55 82 143'],
]

const byCode: ReadonlyMap<string, readonly Disease[]> = new Map(
  table.flatMap(([diseases, codes]) => codes.split(' ').map((code) => [code, diseases] as const)),
)

/** The CVX codes of a vaccine in two digits or more; some systems leave the zero out. */
export function cvxCodesOf({ codings }: Concept): string[] {
  return codings.flatMap(({ system, code }) =>
    system === 'http://hl7.org/fhir/sid/cvx' && code !== undefined ? [code.padStart(2, '0')] : [],
  )
}

/** Each disease once: by the vaccine, else as the record names the targets. Empty when neither says it. */
export function diseasesOf(vaccine: Concept, targets: readonly Concept[]): readonly Disease[] {
  for (const code of cvxCodesOf(vaccine)) {
    const diseases = byCode.get(code)
    if (diseases) return diseases
  }
  return [...new Set(namedDiseases(targets))]
}
