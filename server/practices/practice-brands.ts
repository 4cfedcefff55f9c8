import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { PracticeBrandTable } from '../store/schema/practices.ts'
import type { Db } from '../store/store.ts'

import { type BrandForm, checkBrandForm } from './brand-form.ts'
import type { Practice } from './practice.ts'
import { toPractice } from './practice-row.ts'

/** SMART App Launch 2.2, user-access brands. */
export interface PracticeBrands {
  /** Undefined until the practice has filled in the form. */
  find(practiceId: string): Promise<BrandForm | undefined>
  /** Throws `not-found`, `invalid-parameter`, and `not-allowed` for a sandbox that is to be listed. */
  save(practiceId: string, form: BrandForm): Promise<BrandForm>
  /** Practices that chose to be listed, in a fixed order, and never sandboxes. The published list is one document, so it has all of them. */
  listListed(): Promise<Array<BrandForm & { practice: Practice; updatedAt: Date }>>
  /** When any of them was last saved, also to take it off the list. */
  findLastChange(): Promise<Date | undefined>
}

interface PracticeBrandsDeps {
  db: Db
  clock: Clock
  find(practiceId: string): Promise<Practice | undefined>
}

export function createPracticeBrands({ db, clock, find }: PracticeBrandsDeps): PracticeBrands {
  return {
    async find(practiceId) {
      // uses the primary key
      const row = await db
        .selectFrom('practice_brand')
        .selectAll()
        .where('practice_id', '=', practiceId)
        .executeTakeFirst()
      return row && toForm(row)
    },
    async save(practiceId, form) {
      const practice = await find(practiceId)
      if (!practice) throw new OnpatientError('not-found', 'There is no such practice.')
      if (practice.kind === 'sandbox' && form.isListed)
        throw new OnpatientError('not-allowed', 'A sandbox is never listed: nobody in it is real.', {
          field: 'isListed',
        })
      const row = toRow(practiceId, checkBrandForm(form), clock.now().getTime())
      await db
        .insertInto('practice_brand')
        .values(row)
        .onConflict((conflict) => conflict.column('practice_id').doUpdateSet(row))
        .execute()
      return toForm(row)
    },
    async listListed() {
      // uses practice_brand_listed; a sandbox is left out whatever its row says
      const rows = await db
        .selectFrom('practice_brand')
        .innerJoin('practice', 'practice.id', 'practice_brand.practice_id')
        .selectAll('practice_brand')
        .select([
          'practice.id as id',
          'practice.name as practice_name',
          'practice.kind',
          'practice.organization_id',
          'practice.requires_second_step',
        ])
        .where('practice_brand.is_listed', '=', 1)
        .where('practice.kind', '=', 'practice')
        .orderBy('practice_brand.practice_id')
        .execute()
      return rows.map(({ practice_name, ...row }) => ({
        ...toForm(row),
        updatedAt: new Date(row.updated_at),
        practice: toPractice({ ...row, name: practice_name }),
      }))
    },
    async findLastChange() {
      const row = await db
        .selectFrom('practice_brand')
        .select((eb) => eb.fn.max('updated_at').as('last'))
        .executeTakeFirst()
      return row?.last == null ? undefined : new Date(Number(row.last))
    },
  }
}

function toRow(practiceId: string, form: BrandForm, now: number): PracticeBrandTable {
  return {
    practice_id: practiceId,
    is_listed: form.isListed ? 1 : 0,
    name: form.name,
    aliases: JSON.stringify(form.aliases),
    npi: form.npi ?? null,
    website: form.website ?? null,
    logo_uri: form.logoUri ?? null,
    description: form.description ?? null,
    phone: form.phone ?? null,
    address_line: form.addressLine ?? null,
    city: form.city ?? null,
    state: form.state ?? null,
    postal_code: form.postalCode ?? null,
    updated_at: now,
  }
}

function toForm(row: PracticeBrandTable): BrandForm {
  return {
    isListed: row.is_listed === 1,
    name: row.name,
    aliases: JSON.parse(row.aliases) as string[],
    npi: row.npi ?? undefined,
    website: row.website ?? undefined,
    logoUri: row.logo_uri ?? undefined,
    description: row.description ?? undefined,
    phone: row.phone ?? undefined,
    addressLine: row.address_line ?? undefined,
    city: row.city ?? undefined,
    state: row.state ?? undefined,
    postalCode: row.postal_code ?? undefined,
  }
}
