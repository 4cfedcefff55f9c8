import type { Concept } from '../concept.ts'

/** What vaccines protect against, each with the SNOMED CT codes by which records name it as the target of a dose. */
const codesOfDiseases = {
  hepatitisB: ['66071002'],
  rotavirus: ['186150001', '18624000'],
  diphtheria: ['397430003', '397428000'],
  tetanus: ['76902006'],
  pertussis: ['27836007'],
  hib: ['709410003', '91428005'],
  pneumococcal: ['16814004'],
  polio: ['398102009'],
  influenza: ['6142004'],
  measles: ['14189004'],
  mumps: ['36989005'],
  rubella: ['36653000'],
  varicella: ['38907003'],
  hepatitisA: ['40468003'],
  meningococcal: ['23511006'],
  meningococcalB: ['1354584004'],
  hpv: ['240532009'],
  covid: ['840539006'],
  zoster: ['4740000'],
  rsv: ['55735004'],
  rabies: ['14168008'],
  typhoid: ['4834000'],
  yellowFever: ['16541001'],
  japaneseEncephalitis: ['52947006'],
  tickBorneEncephalitis: ['712986001'],
  cholera: ['63650001'],
  dengue: ['38362002'],
  chikungunya: ['111864006'],
  tuberculosis: ['56717001'],
  smallpox: ['67924001', '359814004'],
  anthrax: ['409498004'],
  ebola: ['37109004'],
  plague: ['58750007'],
  adenovirus: ['25225006'],
} as const

export type Disease = keyof typeof codesOfDiseases

const byCode: ReadonlyMap<string, Disease> = new Map(
  Object.entries(codesOfDiseases).flatMap(([disease, codes]) =>
    codes.map((code) => [code, disease as Disease] as const),
  ),
)

/** The diseases that a record names as targets of a dose. */
export function namedDiseases(targets: readonly Concept[]): Disease[] {
  return targets.flatMap(({ codings }) => codings.flatMap(({ code }) => byCode.get(code ?? '') ?? []))
}
