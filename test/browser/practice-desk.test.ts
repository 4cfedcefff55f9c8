import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { aKey, aKeyApplication } from '../authorization/clients/client-keys.ts'
import { aClinic, anAccount, aPatient, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

for (const [size, options] of Object.entries(sizes))
  describe(`the practice desk, ${size}`, () => {
    let app: TestApp
    let browser: Browser
    let clinic: Clinic
    before(async () => {
      app = await startApp()
      browser = await launchChromium()
      clinic = await aClinic(app, 'Elm Street Clinic')
    })
    after(async () => {
      await browser?.close()
      await app?.[Symbol.asyncDispose]()
    })

    async function openDesk(tab: string) {
      const opened = await openPage(browser, options)
      await opened.page.goto(`${app.portalUrl}/practice/${clinic.practice.id}?tab=${tab}`)
      await signInByHand(opened.page, clinic.provider.email, password)
      return opened
    }

    test('a provider approves a backend service, refuses another, and ends the first', async () => {
      const developer = await aClinic(app, 'Software House')
      const key = await aKey('ES384')
      const scopes = ['system/Observation.rs', 'system/Condition.cruds']
      const { page, errors } = await openDesk('services')
      await page.getByText('No service is waiting').waitFor()
      await checkAccessibility(page, 'no backend services')
      for (const name of ['Quality reports', 'Curious robot']) {
        const service = await aKeyApplication(app, developer, key, { name, redirectUris: [], scopes })
        await app.modules.approvals.request({
          applicationId: service.id,
          practiceId: clinic.practice.id,
          accountId: developer.provider.id,
        })
      }
      await page.reload()
      await page.getByText('Add, change or delete: Conditions and diagnoses').first().waitFor()
      await checkAccessibility(page, 'requests of backend services')
      await checkWidth(page, 'requests of backend services')

      await page.getByRole('button', { name: 'Approve Quality reports' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
      await page.getByRole('button', { name: 'End access of Quality reports' }).waitFor()
      await page.getByRole('button', { name: 'Refuse Curious robot' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click()
      await page.getByText('No service is waiting').waitFor()
      const [approval, another] = (await app.modules.approvals.list({ practiceId: clinic.practice.id }))
        .entries
      assert.deepEqual(
        [approval?.applicationName, approval?.scopes, another],
        ['Quality reports', scopes, undefined],
      )
      await checkAccessibility(page, 'approved services')

      await page.getByRole('button', { name: 'End access of Quality reports' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'End access' }).click()
      await page.getByText('No program reaches the records').waitFor()
      assert.deepEqual((await app.modules.approvals.list({ practiceId: clinic.practice.id })).entries, [])
      assert.deepEqual(errors, [])
    })

    test('people beyond the first page come with "Show more"', async () => {
      const large = await aClinic(app, `Large Clinic ${size}`)
      const clerk = await anAccount(app, `clerk-${size.replaceAll(/\W/g, '')}@example.com`, 'Clerk')
      await app.store.db
        .insertInto('association')
        .values(
          Array.from({ length: 52 }, (_, at) => ({
            id: `asn_${size.replaceAll(/\W/g, '')}_${at}`,
            account_id: clerk.id,
            practice_id: large.practice.id,
            role: 'staff' as const,
            patient_id: null,
            practitioner_id: null,
            related_person_id: null,
            relationship: '',
            created_at: app.clock.now().getTime() + at,
            ended_at: null,
          })),
        )
        .execute()
      const { page, errors } = await openPage(browser, options)
      await page.goto(`${app.portalUrl}/practice/${large.practice.id}`)
      await signInByHand(page, large.provider.email, password)
      const people = page.getByRole('region', { name: 'People with access' })
      await people.getByRole('listitem').nth(49).waitFor()
      assert.equal(await people.getByRole('listitem').count(), 50)
      await checkWidth(page, 'a page of people')
      await people.getByRole('button', { name: 'Show more' }).press('Enter')
      await people.getByRole('listitem').nth(52).waitFor()
      assert.equal(await people.getByRole('listitem').count(), 53)
      assert.equal(await people.getByRole('button', { name: 'Show more' }).count(), 0)
      assert.deepEqual(errors, [])
    })

    test('to end the access of somebody after ten minutes the password is asked for, and the click goes on', async () => {
      const name = `Nurse ${size}`
      const nurse = await anAccount(app, `nurse-${size.replaceAll(/\W/g, '')}@example.com`, name)
      await app.modules.practices.associate({
        accountId: nurse.id,
        practiceId: clinic.practice.id,
        role: 'staff',
      })
      const { page, errors } = await openDesk('people')
      const button = page.getByRole('button', { name: new RegExp(`End.*${name}`) })
      await button.waitFor()
      app.clock.forward(601)
      await button.click()
      await page.getByRole('dialog').getByRole('button', { name: 'End access' }).click()
      const proof = page.getByRole('dialog', { name: 'Confirm that it is you' })
      await proof.waitFor()
      await checkAccessibility(page, 'proof')
      await proof.locator('input[type=password]').fill('not the password')
      await page.keyboard.press('Enter')
      await proof.getByText('This is not your present password').waitFor()
      await proof.locator('input[type=password]').fill(password)
      await page.keyboard.press('Enter')
      await button.waitFor({ state: 'detached' })
      assert.deepEqual(await app.modules.practices.listAssociations(nurse.id), [])
      // Each refusal is an answer of 401 or 403, which the browser writes into its console.
      assert.deepEqual(
        errors.filter((each) => !/status of 40[13]/.test(each)),
        [],
      )
    })

    test('the desk confirms who accepted with another address, and sees what a service wants to change', async () => {
      const id = `ida${size.replaceAll(/\W/g, '')}`
      await aPatient(app, clinic, id)
      const ida = await anAccount(app, `${id}@work.example`, 'Ida W.')
      await app.modules.practices.invite({
        practiceId: clinic.practice.id,
        patientId: id,
        email: `${id}@home.example`,
        role: 'patient',
        relationship: 'self',
        invitedBy: clinic.provider.id,
      })
      const [, token = ''] = /token=(\S+)/.exec((await app.modules.outbox?.list())?.[0]?.text ?? '') ?? []
      await app.modules.practices.acceptInvitation(token, ida, '1988-04-02')
      const { page, errors } = await openDesk('people')
      await page.getByText(`accepted the invitation of ${id}@home.example`).waitFor()
      await checkAccessibility(page, 'a claim')
      await checkWidth(page, 'a claim')
      await page.getByRole('button', { name: `Confirm Ida W. (${id}@work.example)` }).click()
      await page.getByText('The record is open to Ida W.').waitFor()
      assert.equal((await app.modules.practices.listAssociations(ida.id)).length, 1)

      const maker = await aClinic(app, 'Makers')
      const form = { name: 'Reports', redirectUris: [], scopes: ['system/Observation.rs'] }
      const service = await aKeyApplication(app, maker, await aKey('ES384'), form)
      const approval = {
        applicationId: service.id,
        practiceId: clinic.practice.id,
        accountId: clinic.provider.id,
      }
      await app.modules.approvals.approve(approval)
      await app.modules.applications.update(maker.provider.id, service.id, { ...service, name: 'Statistics' })
      await page.goto(`${app.portalUrl}/practice/${clinic.practice.id}?tab=services`)
      await page.getByText('Reports wants to change').waitFor()
      await checkAccessibility(page, 'a change of a service')
      await page.getByRole('button', { name: 'Agree to the change of Reports' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Agree' }).click()
      await page.getByRole('button', { name: 'End access of Statistics' }).waitFor()
      // Its developer may take the next one back.
      await app.modules.applications.update(maker.provider.id, service.id, { ...service, name: 'Trap' })
      const developer = await openPage(browser, options)
      await developer.page.goto(`${app.portalUrl}/account/settings/applications/${service.id}`)
      await signInByHand(developer.page, maker.provider.email, password)
      await developer.page.getByRole('heading', { name: 'A change waits for an approval' }).waitFor()
      await checkAccessibility(developer.page, 'a change that waits')
      await checkWidth(developer.page, 'a change that waits')
      const takeBack = developer.page.getByRole('button', { name: 'Take the change back' })
      await takeBack.press('Enter')
      await developer.page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
      await developer.page.getByText('The change is taken back. Statistics stays as it is.').waitFor()
      await takeBack.waitFor({ state: 'detached' })
      assert.deepEqual((await app.modules.approvals.listChanges(clinic.practice.id)).entries, [])
      const [{ id: approvalId } = { id: '' }] = (
        await app.modules.approvals.list({ applicationId: service.id })
      ).entries
      await app.modules.approvals.end(clinic.practice.id, approvalId)
      assert.deepEqual([...errors, ...developer.errors], [])
    })

    test('a couple shares an address: the desk is warned, mends what is there, and the focus stays near', async () => {
      const id = `two${size.replaceAll(/\W/g, '')}`
      for (const each of [`${id}-a`, `${id}-b`]) await aPatient(app, clinic, each)
      const email = `${id}@home.example`
      const couple = await anAccount(app, email, `Couple ${size}`)
      await app.modules.practices.associate({
        ...{ accountId: couple.id, practiceId: clinic.practice.id, role: 'patient', patientId: `${id}-a` },
      })
      const { page, errors } = await openDesk('people')
      await page.getByRole('button', { name: `Invite for ${id}-b Rivera` }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel(/e-mail/i).fill(email)
      await dialog.getByRole('button', { name: 'Send the invitation' }).click()
      await dialog.getByText(`address is that of ${id}-a Rivera, too`).waitFor()
      await checkAccessibility(page, 'a shared address')
      await checkWidth(page, 'a shared address')
      await dialog.getByRole('button', { name: 'Invite as family member' }).click()
      await dialog.getByLabel('Relationship').fill('wife')
      await dialog.getByRole('button', { name: 'Send the invitation' }).click()
      await dialog.waitFor({ state: 'hidden' })
      const waitForFocus = (text: string) =>
        page
          .locator(':focus')
          .filter({ hasText: new RegExp(`^${text}$`) })
          .waitFor()
      await page.getByRole('button', { name: `End the invitation of ${email}` }).press('Enter')
      await page
        .getByRole('button', { name: `End the invitation of ${email}` })
        .waitFor({ state: 'detached' })
      // The button that had the focus is gone.
      await waitForFocus('Open invitations')

      const button = page.getByRole('button', { name: `Not this patient: Couple ${size}` })
      await button.click()
      await dialog.getByText('goes on seeing the record').waitFor()
      await checkAccessibility(page, 'change of a relation')
      await dialog.getByLabel('Relationship').fill('husband')
      await dialog.getByRole('button', { name: 'Change it' }).press('Enter')
      await page.getByText(`Husband of ${id}-a Rivera`).waitFor()
      await button.waitFor({ state: 'detached' })
      await waitForFocus('People with access')
      const [association] = await app.modules.practices.listAssociations(couple.id)
      assert.deepEqual([association?.role, association?.relationship], ['proxy', 'husband'])
      await page.getByRole('button', { name: `End access of Couple ${size}` }).press('Enter')
      await dialog.getByRole('button', { name: 'End access' }).press('Enter')
      await page.getByText(`The access of Couple ${size} has ended.`).waitFor()
      await waitForFocus('People with access')
      assert.deepEqual(errors, [])
    })

    test('dialogs give the focus back, and an invitation that nobody could accept is refused in words', async () => {
      await aPatient(app, clinic, 'dee')
      const resource = { resourceType: 'Patient', id: 'una', name: [{ text: 'Una Dated' }] } as const
      await app.modules.records.write([{ practiceId: clinic.practice.id, resource }])
      const { page, errors } = await openDesk('people')
      const focused = () => page.evaluate('document.activeElement?.getAttribute("aria-label")')
      for (const name of ['Open app for dee Rivera', 'Invite for dee Rivera']) {
        await page.getByRole('button', { name }).press('Enter')
        await page.getByRole('dialog').waitFor()
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'hidden' })
        assert.equal(await focused(), name)
      }
      await page.getByRole('button', { name: 'Invite for Una Dated' }).press('Enter')
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel(/e-mail/i).fill('una@example.com')
      await dialog.getByRole('button', { name: 'Send the invitation' }).press('Enter')
      await dialog.getByText(/no full date of birth/).waitFor()
      await checkAccessibility(page, 'refused invitation')
      await dialog.getByRole('button', { name: 'Cancel' }).press('Enter')
      await dialog.waitFor({ state: 'hidden' })
      assert.equal(await focused(), 'Invite for Una Dated')

      await page.goto(`${app.portalUrl}/account/settings/connected-apps`)
      await page.getByText('No app is connected').waitFor()
      assert.equal(await page.getByText('You allowed these apps').count(), 0)
      assert.deepEqual(errors, [])
    })

    test('a provider lists the practice, and is shown which field is wrong', async () => {
      const { page, errors } = await openDesk('brand')
      await page.locator('input[name=name]').waitFor()
      await page.getByLabel('List this practice').press('Space')
      await page.getByLabel('Web site').fill('elm.example')
      await page.getByLabel('City').fill('Springfield')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Give an address that starts with https://').waitFor()
      await checkAccessibility(page, 'refused brand')
      await page.getByLabel('Web site').fill('https://elm.example')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Apps find the practice now').waitFor()
      await checkAccessibility(page, 'brand')
      await checkWidth(page, 'brand')
      const [brand] = await app.modules.practices.brands.listListed()
      assert.deepEqual(
        [brand?.name, brand?.website, brand?.city],
        ['Elm Street Clinic', 'https://elm.example', 'Springfield'],
      )
      assert.deepEqual(errors, [])
    })

    test('the invitation of a caregiver offers the people whom the record knows', async () => {
      await aPatient(app, clinic, 'mia')
      await app.modules.records.write([
        {
          practiceId: clinic.practice.id,
          resource: JSON.parse(
            '{"resourceType":"RelatedPerson","id":"jo","patient":{"reference":"Patient/mia"},"name":[{"text":"Jo Rivera"}],"relationship":[{"text":"Mother"}]}',
          ),
        },
      ])
      const { page, errors } = await openDesk('people')
      await page.getByRole('button', { name: 'Invite for mia Rivera' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('A family member or caregiver').check()
      await dialog.getByLabel('Jo Rivera').check()
      await checkAccessibility(page, 'invitation of a caregiver')
      await dialog.getByLabel(/e-mail/i).fill('jo@rivera.example')
      await dialog.getByRole('button', { name: /send/i }).click()
      await dialog.waitFor({ state: 'hidden' })
      const [invitation] = (await app.modules.practices.listInvitations(clinic.practice.id)).invitations
      assert.deepEqual([invitation?.relatedPersonId, invitation?.relationship], ['jo', 'mother'])
      assert.deepEqual(errors, [])
    })
  })
