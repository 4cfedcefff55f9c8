/** SMART App Launch 2.2, user-access brands and endpoints: https://hl7.org/fhir/smart-app-launch/STU2.2/brands.html */
import type { Bundle, BundleEntry, Endpoint, Identifier, Organization } from 'fhir/r4'
import type { BrandForm, Practice } from '#server/practices/practices.ts'

export interface BrandUrls {
  portalUrl: string
  fhirUrl: string
}

export type ListedBrand = BrandForm & { practice: Practice; updatedAt: Date }

const profiles = 'http://hl7.org/fhir/smart-app-launch/StructureDefinition'
const endpointId = 'r4'

/** The list in which people find their practice: this server first, then each practice that chose to be listed. */
export function brandBundle(brands: readonly ListedBrand[], lastChange: Date, urls: BrandUrls): Bundle {
  return bundleOf(lastChange, `${profiles}/user-access-brands-bundle`, [
    entryOf(serverBrand(urls), urls),
    ...brands.map((brand) => entryOf(practiceBrand(brand, urls), urls)),
    entryOf(endpointOf(urls), urls),
  ])
}

/** 45 CFR 170.404(b)(2): the base address of each practice, as Endpoint and Organization. */
export function serviceBaseBundle(brands: readonly ListedBrand[], lastChange: Date, urls: BrandUrls): Bundle {
  return bundleOf(lastChange, undefined, [
    entryOf(endpointOf(urls), urls),
    ...brands.map((brand) => entryOf(practiceBrand(brand, urls), urls)),
  ])
}

export function baseUrlOf({ fhirUrl }: BrandUrls): string {
  return `${fhirUrl}/fhir/r4`
}

function bundleOf(lastChange: Date, profile: string | undefined, entry: BundleEntry[]): Bundle {
  return {
    resourceType: 'Bundle',
    meta: { lastUpdated: lastChange.toISOString(), ...(profile ? { profile: [profile] } : {}) },
    type: 'collection',
    timestamp: lastChange.toISOString(),
    entry,
  }
}

/** A `fullUrl` is a name here and does not answer, because the resources exist in this Bundle alone. */
function entryOf(resource: Organization | Endpoint, { portalUrl }: BrandUrls): BundleEntry {
  return { fullUrl: `${portalUrl}/brands/${resource.resourceType}/${resource.id}`, resource }
}

function serverBrand({ portalUrl }: BrandUrls): Organization {
  return {
    resourceType: 'Organization',
    id: 'onpatient',
    meta: { profile: [`${profiles}/user-access-brand`] },
    extension: [portalOf('onpatient', 'Health records of the practices on this server.', portalUrl)],
    // The identifier in smart-configuration.
    identifier: [{ system: 'urn:ietf:rfc:3986', value: portalUrl }],
    active: true,
    name: `onpatient at ${new URL(portalUrl).host}`,
    telecom: [{ system: 'url', value: portalUrl }],
    endpoint: [{ reference: `Endpoint/${endpointId}` }],
  }
}

function practiceBrand(brand: ListedBrand, { portalUrl }: BrandUrls): Organization {
  const { practice, updatedAt, name, aliases, website, logoUri, phone, description } = brand
  const address = addressOf(brand)
  return {
    resourceType: 'Organization',
    id: practice.organizationId,
    meta: { lastUpdated: updatedAt.toISOString(), profile: [`${profiles}/user-access-brand`] },
    extension: [
      ...(logoUri
        ? [
            {
              url: 'http://hl7.org/fhir/StructureDefinition/organization-brand',
              extension: [{ url: 'brandLogo', valueUrl: logoUri }],
            },
          ]
        : []),
      portalOf(name, description, portalUrl),
    ],
    identifier: identifiersOf(brand, portalUrl),
    active: true,
    type: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/organization-type',
            code: 'prov',
            display: 'Healthcare Provider',
          },
        ],
      },
    ],
    name,
    ...(aliases.length > 0 ? { alias: aliases } : {}),
    // The profile allows the web site alone.
    telecom: [{ system: 'url', value: website ?? portalUrl }],
    ...(phone ? { contact: [{ telecom: [{ system: 'phone', value: phone }] }] } : {}),
    ...(address ? { address: [address] } : {}),
    endpoint: [{ reference: `Endpoint/${endpointId}` }],
  }
}

/** Identifiers by which apps recognize the practice in several lists. */
function identifiersOf({ practice, website, npi }: ListedBrand, portalUrl: string): Identifier[] {
  const site = website && `https://${new URL(website).hostname.replace(/^www\./, '')}`
  return [
    // An address under our control that stays with the practice after every change.
    { system: 'urn:ietf:rfc:3986', value: `${portalUrl}/brands/${practice.id}` },
    // Only the entry of this server may have the identifier of smart-configuration.
    ...(site && site !== portalUrl ? [{ system: 'urn:ietf:rfc:3986', value: site }] : []),
    ...(npi ? [{ system: 'http://hl7.org/fhir/sid/us-npi', value: npi }] : []),
  ]
}

function addressOf({ addressLine, city, state, postalCode }: ListedBrand) {
  if (!addressLine && !city && !state && !postalCode) return undefined
  return {
    ...(addressLine ? { line: [addressLine] } : {}),
    ...(city ? { city } : {}),
    ...(state ? { state } : {}),
    ...(postalCode ? { postalCode } : {}),
    country: 'US',
  }
}

/** The portal where patients sign in, and the base that their apps use. */
function portalOf(name: string, description: string | undefined, portalUrl: string) {
  return {
    url: 'http://hl7.org/fhir/StructureDefinition/organization-portal',
    extension: [
      { url: 'portalName', valueString: name },
      ...(description ? [{ url: 'portalDescription', valueMarkdown: asMarkdown(description) }] : []),
      { url: 'portalUrl', valueUrl: portalUrl },
      { url: 'portalEndpoint', valueReference: { reference: `Endpoint/${endpointId}` } },
    ],
  }
}

/** Plain text for a Markdown field; without the escapes brackets and stars would become links and emphasis. */
function asMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+!|~&]/g, String.raw`\$&`)
}

/** The base of the R4 API. The other bases do not serve records by FHIR's RESTful interface. */
function endpointOf(urls: BrandUrls): Endpoint {
  return {
    resourceType: 'Endpoint',
    id: endpointId,
    meta: { profile: [`${profiles}/user-access-endpoint`] },
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/endpoint-fhir-version', valueCode: '4.0.1' }],
    status: 'active',
    connectionType: {
      system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
      code: 'hl7-fhir-rest',
    },
    name: 'FHIR R4',
    // The page where developers register their applications.
    contact: [{ system: 'url', value: `${urls.portalUrl}/account/settings/applications` }],
    payloadType: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/endpoint-payload-type', code: 'none' }],
      },
    ],
    address: baseUrlOf(urls),
  }
}
