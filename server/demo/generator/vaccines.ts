import type { Coded } from './coding.ts'

export interface Vaccine {
  /** CVX: https://www2.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=cvx */
  code: Coded
  /**
   * NDC of one package in eleven digits. The demo has none for vaccines that are newer than the table:
   * https://www2a.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=ndc
   */
  ndc?: string
  maker: string
  /** The diseases that it protects against. */
  targets: readonly Disease[]
  /** In millilitres. */
  volume: number
  way: 'muscle' | 'skin' | 'mouth'
}

/** SNOMED CT codes of the diseases. */
export const diseases = {
  hepatitisB: ['66071002', 'Viral hepatitis type B', 'Hepatitis B'],
  hepatitisA: ['40468003', 'Viral hepatitis, type A', 'Hepatitis A'],
  rotavirus: ['186150001', 'Enteritis caused by rotavirus', 'Rotavirus'],
  diphtheria: ['397430003', 'Diphtheria caused by Corynebacterium diphtheriae', 'Diphtheria'],
  tetanus: ['76902006', 'Tetanus'],
  pertussis: ['27836007', 'Pertussis', 'Whooping cough (pertussis)'],
  hib: ['709410003', 'Haemophilus influenzae type b infection', 'Haemophilus influenzae type b (Hib)'],
  pneumococcus: ['16814004', 'Pneumococcal infectious disease', 'Pneumococcal disease'],
  polio: ['398102009', 'Acute poliomyelitis', 'Polio'],
  measles: ['14189004', 'Measles'],
  mumps: ['36989005', 'Mumps'],
  rubella: ['36653000', 'Rubella'],
  chickenpox: ['38907003', 'Varicella', 'Chickenpox (varicella)'],
  influenza: ['6142004', 'Influenza', 'Flu (influenza)'],
  papillomavirus: ['240532009', 'Human papillomavirus infection', 'Human papillomavirus (HPV)'],
  meningococcus: ['23511006', 'Meningococcal infectious disease', 'Meningococcal disease'],
  shingles: ['4740000', 'Herpes zoster', 'Shingles (zoster)'],
  covid: ['840539006', 'Disease caused by severe acute respiratory syndrome coronavirus 2', 'COVID-19'],
} as const satisfies Record<string, Coded>

export type Disease = keyof typeof diseases

export const vaccines = {
  hepB: {
    code: ['08', 'Hep B, adolescent or pediatric', 'Hepatitis B vaccine'],
    ndc: '00006-4093-02',
    ...{ maker: 'Merck Sharp & Dohme', targets: ['hepatitisB'], volume: 0.5, way: 'muscle' },
  },
  rotavirus: {
    code: ['116', 'rotavirus, pentavalent', 'Rotavirus vaccine'],
    ndc: '00006-4047-41',
    ...{ maker: 'Merck Sharp & Dohme', targets: ['rotavirus'], volume: 2, way: 'mouth' },
  },
  dtap: {
    code: ['20', 'DTaP', 'Diphtheria, tetanus and whooping cough vaccine (DTaP)'],
    ndc: '58160-0810-52',
    ...{
      maker: 'GlaxoSmithKline',
      targets: ['diphtheria', 'tetanus', 'pertussis'],
      volume: 0.5,
      way: 'muscle',
    },
  },
  hib: {
    code: ['48', 'Hib (PRP-T)', 'Hib vaccine'],
    ndc: '49281-0545-05',
    ...{ maker: 'Sanofi Pasteur', targets: ['hib'], volume: 0.5, way: 'muscle' },
  },
  pcv7: {
    code: ['100', 'pneumococcal conjugate PCV 7', 'Pneumococcal vaccine (PCV7)'],
    ndc: '00005-1970-50',
    ...{ maker: 'Pfizer', targets: ['pneumococcus'], volume: 0.5, way: 'muscle' },
  },
  pcv13: {
    code: ['133', 'Pneumococcal conjugate PCV 13', 'Pneumococcal vaccine (PCV13)'],
    ndc: '00005-1971-02',
    ...{ maker: 'Pfizer', targets: ['pneumococcus'], volume: 0.5, way: 'muscle' },
  },
  pcv20: {
    code: ['216', 'Pneumococcal conjugate vaccine 20-valent (PCV20)', 'Pneumococcal vaccine (PCV20)'],
    ...{ maker: 'Pfizer', targets: ['pneumococcus'], volume: 0.5, way: 'muscle' },
  },
  polio: {
    code: ['10', 'IPV', 'Polio vaccine'],
    ndc: '49281-0860-10',
    ...{ maker: 'Sanofi Pasteur', targets: ['polio'], volume: 0.5, way: 'muscle' },
  },
  mmr: {
    code: ['03', 'MMR', 'Measles, mumps and rubella vaccine (MMR)'],
    ndc: '00006-4681-00',
    ...{ maker: 'Merck Sharp & Dohme', targets: ['measles', 'mumps', 'rubella'], volume: 0.5, way: 'skin' },
  },
  varicella: {
    code: ['21', 'varicella', 'Chickenpox vaccine'],
    ndc: '00006-4827-00',
    ...{ maker: 'Merck Sharp & Dohme', targets: ['chickenpox'], volume: 0.5, way: 'skin' },
  },
  hepA: {
    code: ['83', 'Hep A, ped/adol, 2 dose', 'Hepatitis A vaccine'],
    ndc: '58160-0825-52',
    ...{ maker: 'GlaxoSmithKline', targets: ['hepatitisA'], volume: 0.5, way: 'muscle' },
  },
  tdap: {
    code: ['115', 'Tdap', 'Tetanus, diphtheria and whooping cough booster (Tdap)'],
    ndc: '49281-0400-10',
    ...{
      maker: 'Sanofi Pasteur',
      targets: ['tetanus', 'diphtheria', 'pertussis'],
      volume: 0.5,
      way: 'muscle',
    },
  },
  hpv: {
    code: ['165', 'HPV9', 'HPV vaccine'],
    ndc: '00006-4119-02',
    ...{ maker: 'Merck Sharp & Dohme', targets: ['papillomavirus'], volume: 0.5, way: 'muscle' },
  },
  meningococcal: {
    code: [
      '203',
      'meningococcal polysaccharide (groups A, C, Y, W-135) TT conjugate',
      'Meningitis vaccine (MenACWY)',
    ],
    ...{ maker: 'Sanofi Pasteur', targets: ['meningococcus'], volume: 0.5, way: 'muscle' },
  },
  fluFourStrains: {
    code: ['150', 'Influenza, split virus, quadrivalent, PF', 'Flu shot'],
    ndc: '49281-0414-50',
    ...{ maker: 'Sanofi Pasteur', targets: ['influenza'], volume: 0.5, way: 'muscle' },
  },
  fluThreeStrains: {
    code: ['140', 'Influenza, split virus, trivalent, PF', 'Flu shot'],
    ndc: '49281-0014-50',
    ...{ maker: 'Sanofi Pasteur', targets: ['influenza'], volume: 0.5, way: 'muscle' },
  },
  shingles: {
    code: ['187', 'zoster recombinant', 'Shingles vaccine'],
    ...{ maker: 'GlaxoSmithKline', targets: ['shingles'], volume: 0.5, way: 'muscle' },
  },
  covid: {
    code: ['309', 'COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose', 'COVID-19 vaccine'],
    ...{ maker: 'Pfizer', targets: ['covid'], volume: 0.3, way: 'muscle' },
  },
} as const satisfies Record<string, Vaccine>

export type VaccineName = keyof typeof vaccines
