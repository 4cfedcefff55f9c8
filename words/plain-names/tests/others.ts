import { testRow } from './test-row.ts'

/** Allergy tests, measurements of organs, and questionnaires. */
export const otherTests = [
  ...[
    ['6206-7', 'Peanut', 'cacahuate', 'peanuts', 'al cacahuate (maní)'],
    ['6273-7', 'Walnut', 'nuez', 'walnuts', 'a la nuez'],
    ['6082-2', 'Codfish', 'bacalao', 'codfish', 'al bacalao'],
    ['6246-3', 'Shrimp', 'camarón', 'shrimp', 'al camarón'],
    ['6276-0', 'Wheat', 'trigo', 'wheat', 'al trigo'],
    ['6106-9', 'Egg white', 'clara de huevo', 'egg white', 'a la clara de huevo'],
    ['6248-9', 'Soybean', 'soya', 'soybeans', 'a la soya'],
    ['7258-7', 'Cow milk', 'leche de vaca', 'cow milk', 'a la leche de vaca'],
    ['6189-5', 'White oak', 'roble blanco', 'white oak', 'al roble blanco'],
    ['6085-5', 'Ragweed', 'ambrosía', 'ragweed', 'a la ambrosía'],
    ['6833-8', 'Cat', 'gato', 'cats', 'a los gatos'],
    ['6095-4', 'House dust mite', 'ácaro del polvo', 'house dust mites', 'a los ácaros del polvo'],
    ['6075-6', 'Mold (Cladosporium)', 'moho (Cladosporium)', 'a mold', 'a un moho'],
    ['6844-5', 'Honey bee', 'abeja', 'bee stings', 'a la picadura de abeja'],
    ['6158-0', 'Latex', 'látex', 'latex', 'al látex'],
  ].map(([code = '', en, es, against, alergia]) =>
    testRow(
      code,
      [`${en} allergy test`, `Prueba de alergia: ${es}`],
      [
        `Measures antibodies that come with an allergy to ${against}.`,
        `Mide anticuerpos que aparecen con la alergia ${alergia}.`,
      ],
    ),
  ),
  testRow(
    '10230-1',
    [
      'Pumping strength of the heart (ejection fraction)',
      'Fuerza de bombeo del corazón (fracción de eyección)',
    ],
    [
      'Shows how much of its blood the heart pumps out with each beat.',
      'Muestra qué parte de su sangre expulsa el corazón en cada latido.',
    ],
  ),
  testRow(
    '19926-5',
    ['Breathing test (FEV1/FVC)', 'Prueba de respiración (FEV1/FVC)'],
    [
      'Shows how much of a breath leaves the lungs in the first second.',
      'Muestra qué parte del aire sale de los pulmones en el primer segundo.',
    ],
  ),
  testRow(
    '20150-9',
    ['Breathing test (FEV1)', 'Prueba de respiración (FEV1)'],
    [
      'Measures how much air leaves the lungs in one second.',
      'Mide cuánto aire sale de los pulmones en un segundo.',
    ],
  ),
  testRow(
    '19868-9',
    ['Breathing test (FVC)', 'Prueba de respiración (FVC)'],
    [
      'Measures how much air leaves the lungs in one full breath.',
      'Mide cuánto aire sale de los pulmones en una respiración completa.',
    ],
  ),
  testRow(
    '38265-5',
    ['Bone density (T-score)', 'Densidad de los huesos (valor T)'],
    ['Compares the bones with those of young adults.', 'Compara los huesos con los de adultos jóvenes.'],
  ),
  testRow(
    '33756-8',
    ['Size of a polyp', 'Tamaño de un pólipo'],
    ['Measures the largest side of a polyp.', 'Mide el lado más largo de un pólipo.'],
  ),
  testRow(
    '32465-7',
    ['Examination of the prostate', 'Examen de la próstata'],
    ['Says what was found when the prostate was examined.', 'Dice qué se encontró al examinar la próstata.'],
  ),
  testRow(
    '46288-7',
    ['Prostate sample guided by ultrasound', 'Muestra de la próstata guiada por ultrasonido'],
    [
      'Says what was done to take a sample of the prostate.',
      'Dice qué se hizo para tomar una muestra de la próstata.',
    ],
  ),
  testRow(
    '10524-7',
    ['Pap test', 'Prueba de Papanicolaou'],
    [
      'Looks at cells of the cervix under a microscope.',
      'Examina células del cuello del útero con un microscopio.',
    ],
  ),
  testRow(
    '72106-8',
    ['Memory and thinking test (MMSE)', 'Prueba de memoria y pensamiento (MMSE)'],
    [
      'Adds up the points of short tasks for memory and thinking.',
      'Suma los puntos de tareas breves de memoria y pensamiento.',
    ],
  ),
  testRow(
    '44261-6',
    ['Depression questionnaire (PHQ-9)', 'Cuestionario de depresión (PHQ-9)'],
    [
      'Adds up the answers to nine questions about mood.',
      'Suma las respuestas a nueve preguntas sobre el ánimo.',
    ],
  ),
  testRow(
    '70274-6',
    ['Anxiety questionnaire (GAD-7)', 'Cuestionario de ansiedad (GAD-7)'],
    [
      'Adds up the answers to seven questions about worries.',
      'Suma las respuestas a siete preguntas sobre preocupaciones.',
    ],
  ),
  testRow(
    '72166-2',
    ['Smoking', 'Tabaco'],
    ['Says whether somebody smokes or smoked.', 'Dice si alguien fuma o fumaba.'],
  ),
  testRow(
    '69453-9',
    ['Cause of death', 'Causa de muerte'],
    ['Says what somebody died of.', 'Dice de qué murió alguien.'],
  ),
  testRow(
    '69409-1',
    ['Death certificate', 'Certificado de defunción'],
    ['Says when and of what somebody died.', 'Dice cuándo y de qué murió alguien.'],
  ),
].flat()
