import { testRow } from './test-row.ts'

/** Tests for germs, and for antibodies against them. */
export const infectionTests = [
  testRow(
    '94500-6 94309-2',
    ['COVID-19 test (PCR)', 'Prueba de COVID-19 (PCR)'],
    [
      'Looks for the genes of the virus that causes COVID-19.',
      'Busca los genes del virus que causa la COVID-19.',
    ],
  ),
  testRow(
    '94558-4',
    ['COVID-19 test (rapid)', 'Prueba de COVID-19 (rápida)'],
    [
      'Looks for proteins of the virus that causes COVID-19.',
      'Busca proteínas del virus que causa la COVID-19.',
    ],
  ),
  testRow(
    '80382-5 92142-9',
    ['Flu test, type A', 'Prueba de gripe tipo A'],
    ['Looks for the virus of influenza A.', 'Busca el virus de la influenza A.'],
  ),
  testRow(
    '80383-3 92141-1',
    ['Flu test, type B', 'Prueba de gripe tipo B'],
    ['Looks for the virus of influenza B.', 'Busca el virus de la influenza B.'],
  ),
  testRow(
    '92131-2',
    ['RSV test', 'Prueba de VRS'],
    [
      'Looks for a virus that causes colds and inflamed airways.',
      'Busca un virus que causa resfriados e inflamación de las vías respiratorias.',
    ],
  ),
  testRow(
    '78012-2 60489-2',
    ['Strep throat test', 'Prueba de estreptococo en la garganta'],
    [
      'Looks for the bacteria that cause strep throat.',
      'Busca las bacterias que causan la faringitis estreptocócica.',
    ],
  ),
  testRow(
    '626-2',
    ['Throat culture', 'Cultivo de garganta'],
    [
      'Grows germs from the throat to find out which ones they are.',
      'Cultiva gérmenes de la garganta para saber cuáles son.',
    ],
  ),
  testRow(
    '600-7',
    ['Blood culture', 'Cultivo de sangre'],
    [
      'Grows germs from the blood to find out which ones they are.',
      'Cultiva gérmenes de la sangre para saber cuáles son.',
    ],
  ),
  testRow(
    '625-4',
    ['Stool culture', 'Cultivo de heces'],
    [
      'Grows germs from the stool to find out which ones they are.',
      'Cultiva gérmenes de las heces para saber cuáles son.',
    ],
  ),
  testRow(
    '630-4',
    ['Urine culture', 'Cultivo de orina'],
    [
      'Grows germs from the urine to find out which ones they are.',
      'Cultiva gérmenes de la orina para saber cuáles son.',
    ],
  ),
  testRow(
    '5195-3',
    ['Hepatitis B virus (surface antigen)', 'Virus de la hepatitis B (antígeno de superficie)'],
    ['Looks for a part of the hepatitis B virus.', 'Busca una parte del virus de la hepatitis B.'],
  ),
  testRow(
    '16935-9 22322-2',
    ['Protection against hepatitis B', 'Protección contra la hepatitis B'],
    [
      'Looks for antibodies that protect against hepatitis B.',
      'Busca anticuerpos que protegen de la hepatitis B.',
    ],
  ),
  testRow(
    '13952-7',
    ['Hepatitis B core antibodies', 'Anticuerpos centrales de la hepatitis B'],
    [
      'Looks for antibodies that come after an infection with hepatitis B.',
      'Busca anticuerpos que aparecen tras una infección de hepatitis B.',
    ],
  ),
  testRow(
    '16128-1 13955-0',
    ['Hepatitis C antibodies', 'Anticuerpos de la hepatitis C'],
    [
      'Looks for antibodies against the hepatitis C virus.',
      'Busca anticuerpos contra el virus de la hepatitis C.',
    ],
  ),
  testRow(
    '11011-4',
    ['Hepatitis C virus, amount', 'Virus de la hepatitis C, cantidad'],
    [
      'Measures how much of the hepatitis C virus is in the blood.',
      'Mide cuánto virus de la hepatitis C hay en la sangre.',
    ],
  ),
  testRow(
    '56888-1 75622-1',
    ['HIV test', 'Prueba del VIH'],
    ['Looks for HIV and for antibodies against it.', 'Busca el VIH y los anticuerpos contra él.'],
  ),
  testRow(
    '20447-9',
    ['HIV, amount of virus', 'VIH, cantidad de virus'],
    ['Measures how much of the virus is in the blood.', 'Mide cuánto virus hay en la sangre.'],
  ),
  testRow(
    '24467-3',
    ['Helper cells (CD4)', 'Células colaboradoras (CD4)'],
    [
      'Counts white cells that lead the defense of the body.',
      'Cuenta glóbulos blancos que dirigen la defensa del cuerpo.',
    ],
  ),
  testRow(
    '20507-0 31147-2',
    ['Syphilis test (RPR)', 'Prueba de sífilis (RPR)'],
    ['Looks for antibodies that come with syphilis.', 'Busca anticuerpos que aparecen con la sífilis.'],
  ),
  testRow(
    '21613-5 43304-5',
    ['Chlamydia test', 'Prueba de clamidia'],
    ['Looks for the genes of chlamydia.', 'Busca los genes de la clamidia.'],
  ),
  testRow(
    '24111-7 43305-2',
    ['Gonorrhea test', 'Prueba de gonorrea'],
    ['Looks for the genes of the bacteria of gonorrhea.', 'Busca los genes de las bacterias de la gonorrea.'],
  ),
  testRow(
    '71774-4',
    ['Tuberculosis blood test', 'Prueba de tuberculosis en la sangre'],
    [
      'Shows whether the defense of the body knows tuberculosis.',
      'Muestra si las defensas del cuerpo conocen la tuberculosis.',
    ],
  ),
  testRow(
    '5334-8',
    ['Rubella antibodies', 'Anticuerpos de la rubéola'],
    ['Looks for antibodies against rubella.', 'Busca anticuerpos contra la rubéola.'],
  ),
  testRow(
    '21440-3',
    ['HPV test', 'Prueba del VPH'],
    [
      'Looks for kinds of the papilloma virus on the cervix.',
      'Busca tipos del virus del papiloma en el cuello del útero.',
    ],
  ),
  testRow(
    '57905-2 29771-3 2335-8',
    ['Hidden blood in the stool', 'Sangre oculta en las heces'],
    ['Looks for blood in the stool that cannot be seen.', 'Busca sangre en las heces que no se ve.'],
  ),
].flat()
