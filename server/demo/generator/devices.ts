import type { Reference } from 'fhir/r4'
import { addMonths, addYears, toDay } from './calendar.ts'
import type { Chart } from './chart.ts'
import { type Coded, coded, usCore } from './coding.ts'

interface Implant {
  type: Coded
  model: string
  maker: string
}

/** Makers and models are made up. */
const implants = {
  pacemaker: {
    type: ['14106009', 'Cardiac pacemaker', 'Pacemaker'],
    ...{ model: 'Steady Beat 2', maker: 'Northwind Cardiac Devices' },
  },
  kneeProsthesis: {
    type: ['109228008', 'Knee joint prosthesis', 'Artificial knee joint'],
    ...{ model: 'Glide K', maker: 'Harbor Orthopedics' },
  },
} as const satisfies Record<string, Implant>

export function addImplant(chart: Chart, name: keyof typeof implants, day: Date): Reference {
  const dice = chart.diceFor(`implant/${name}`)
  const { type, model, maker }: Implant = implants[name]
  const made = addMonths(day, -dice.whole(2, 9))
  const expires = addYears(made, 5)
  const deviceIdentifier = `0000000${dice.whole(1_000_000, 9_999_999)}`
  const serialNumber = `SN${dice.whole(100_000, 999_999)}`
  const lotNumber = `L${dice.whole(1000, 9999)}`
  return chart.add(
    {
      resourceType: 'Device',
      meta: usCore('us-core-implantable-device'),
      udiCarrier: [
        {
          deviceIdentifier,
          issuer: 'http://hl7.org/fhir/NamingSystem/gs1-di',
          carrierHRF: `(01)${deviceIdentifier}(11)${short(made)}(17)${short(expires)}(10)${lotNumber}(21)${serialNumber}`,
          entryType: 'barcode',
        },
      ],
      status: 'active',
      distinctIdentifier: deviceIdentifier,
      manufacturer: maker,
      manufactureDate: toDay(made),
      expirationDate: toDay(expires),
      lotNumber,
      serialNumber,
      deviceName: [{ name: model, type: 'user-friendly-name' }],
      modelNumber: model,
      type: coded('snomed', type),
      patient: chart.subject,
    },
    type[2] ?? type[1],
  )
}

/** As on the label: YYMMDD. */
function short(date: Date): string {
  return toDay(date).slice(2).replaceAll('-', '')
}
