import { testRow } from './test-row.ts'

/** Tests of the urine. */
export const urineTests = [
  testRow(
    '24357-6 24356-8',
    ['Urine test', 'Análisis de orina'],
    [
      'Looks at the urine and at what is dissolved in it.',
      'Examina la orina y lo que está disuelto en ella.',
    ],
  ),
  testRow(
    '5767-9',
    ['Appearance of the urine', 'Aspecto de la orina'],
    ['Says how the urine looks.', 'Dice cómo se ve la orina.'],
  ),
  testRow(
    '32167-9',
    ['Clarity of the urine', 'Claridad de la orina'],
    ['Says whether the urine is clear or cloudy.', 'Dice si la orina es clara o turbia.'],
  ),
  testRow(
    '5778-6',
    ['Color of the urine', 'Color de la orina'],
    ['Says which color the urine has.', 'Dice qué color tiene la orina.'],
  ),
  testRow(
    '25428-4 5792-7 2350-7',
    ['Sugar in the urine', 'Azúcar en la orina'],
    ['Looks for sugar in the urine.', 'Busca azúcar en la orina.'],
  ),
  testRow(
    '5770-3 20505-4',
    ['Bilirubin in the urine', 'Bilirrubina en la orina'],
    [
      'Looks for a yellow substance that comes from the liver.',
      'Busca una sustancia amarilla que viene del hígado.',
    ],
  ),
  testRow(
    '2514-8 5797-6',
    ['Ketones in the urine', 'Cetonas en la orina'],
    [
      'Looks for substances that the body makes when it burns fat.',
      'Busca sustancias que el cuerpo forma cuando quema grasa.',
    ],
  ),
  testRow(
    '5811-5 2965-2',
    ['Concentration of the urine', 'Concentración de la orina'],
    [
      'Measures how concentrated the urine is (specific gravity).',
      'Mide qué tan concentrada está la orina (densidad).',
    ],
  ),
  testRow(
    '5803-2 2756-5',
    ['Acidity of the urine (pH)', 'Acidez de la orina (pH)'],
    ['Measures how acid the urine is.', 'Mide qué tan ácida es la orina.'],
  ),
  testRow(
    '20454-5 5804-0 2888-6',
    ['Protein in the urine', 'Proteínas en la orina'],
    ['Looks for protein in the urine.', 'Busca proteínas en la orina.'],
  ),
  testRow(
    '5802-4',
    ['Nitrite in the urine', 'Nitritos en la orina'],
    ['Looks for a substance that bacteria make.', 'Busca una sustancia que forman las bacterias.'],
  ),
  testRow(
    '5794-3 57751-0',
    ['Blood in the urine', 'Sangre en la orina'],
    ['Looks for blood in the urine.', 'Busca sangre en la orina.'],
  ),
  testRow(
    '5799-2',
    ['White cells in the urine (test strip)', 'Glóbulos blancos en la orina (tira)'],
    ['Looks for an enzyme of white blood cells.', 'Busca una enzima de los glóbulos blancos.'],
  ),
  testRow(
    '5818-0 20405-7',
    ['Urobilinogen in the urine', 'Urobilinógeno en la orina'],
    ['Looks for a substance that comes from bilirubin.', 'Busca una sustancia que viene de la bilirrubina.'],
  ),
  testRow(
    '5821-4',
    ['White cells in the urine (microscope)', 'Glóbulos blancos en la orina (microscopio)'],
    ['Counts white blood cells in the urine.', 'Cuenta los glóbulos blancos en la orina.'],
  ),
  testRow(
    '13945-1',
    ['Red cells in the urine (microscope)', 'Glóbulos rojos en la orina (microscopio)'],
    ['Counts red blood cells in the urine.', 'Cuenta los glóbulos rojos en la orina.'],
  ),
  testRow(
    '9318-7 14959-1 32294-1',
    ['Albumin in the urine (compared with creatinine)', 'Albúmina en la orina (comparada con creatinina)'],
    [
      'Measures how much of a protein of the blood passes the kidneys.',
      'Mide cuánta proteína de la sangre pasa por los riñones.',
    ],
  ),
  testRow(
    '14957-5',
    ['Albumin in the urine', 'Albúmina en la orina'],
    ['Measures a protein of the blood in the urine.', 'Mide una proteína de la sangre en la orina.'],
  ),
  testRow(
    '2161-8',
    ['Creatinine in the urine', 'Creatinina en la orina'],
    [
      'Measures a waste product of the muscles in the urine.',
      'Mide un producto de desecho de los músculos en la orina.',
    ],
  ),
  testRow(
    '2106-3',
    ['Pregnancy test (urine)', 'Prueba de embarazo (orina)'],
    [
      'Looks for the hormone that the body makes in pregnancy.',
      'Busca la hormona que el cuerpo forma en el embarazo.',
    ],
  ),
].flat()
