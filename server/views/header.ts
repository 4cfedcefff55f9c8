import { definePage } from './page.ts'

/** Who this is: stands above every page of a record. */
export const headerPage = definePage({
  types: ['Patient'],
  view({ Patient: [patient] }, { words }) {
    return {
      name: patient?.name ?? words('person.nameUnknown'),
      birthDate: patient?.birthDate,
      gender: patient?.gender,
    }
  },
})
