import { testRow } from './test-row.ts'

/** Hormones, markers of tumors and of the immune system. */
export const hormoneTests = [
  testRow(
    '3016-3 11580-8',
    ['Thyroid control (TSH)', 'Control de la tiroides (TSH)'],
    [
      'Measures the hormone by which the brain drives the thyroid gland.',
      'Mide la hormona con la que el cerebro dirige la tiroides.',
    ],
  ),
  testRow(
    '3024-7',
    ['Thyroid hormone, free T4', 'Hormona tiroidea T4 libre'],
    [
      'Measures the main hormone of the thyroid gland that is free to act.',
      'Mide la principal hormona de la tiroides que está libre para actuar.',
    ],
  ),
  testRow(
    '3026-2',
    ['Thyroid hormone, total T4', 'Hormona tiroidea T4 total'],
    [
      'Measures all of the main hormone of the thyroid gland.',
      'Mide toda la principal hormona de la tiroides.',
    ],
  ),
  testRow(
    '3053-6',
    ['Thyroid hormone, total T3', 'Hormona tiroidea T3 total'],
    [
      'Measures all of the stronger hormone of the thyroid gland.',
      'Mide toda la hormona más fuerte de la tiroides.',
    ],
  ),
  testRow(
    '3051-0',
    ['Thyroid hormone, free T3', 'Hormona tiroidea T3 libre'],
    [
      'Measures the stronger hormone of the thyroid gland that is free to act.',
      'Mide la hormona más fuerte de la tiroides que está libre para actuar.',
    ],
  ),
  testRow(
    '8099-4',
    ['Antibodies against the thyroid (TPO)', 'Anticuerpos contra la tiroides (TPO)'],
    ['Looks for antibodies against the own thyroid gland.', 'Busca anticuerpos contra la propia tiroides.'],
  ),
  testRow(
    '2986-8',
    ['Testosterone', 'Testosterona'],
    ['Measures the most important male sex hormone.', 'Mide la hormona sexual masculina más importante.'],
  ),
  testRow(
    '2991-8',
    ['Testosterone, free', 'Testosterona libre'],
    [
      'Measures the testosterone that is not bound to proteins.',
      'Mide la testosterona que no está unida a proteínas.',
    ],
  ),
  testRow(
    '2243-4',
    ['Estradiol', 'Estradiol'],
    ['Measures the most important female sex hormone.', 'Mide la hormona sexual femenina más importante.'],
  ),
  testRow(
    '2839-9',
    ['Progesterone', 'Progesterona'],
    ['Measures a hormone of the cycle and of pregnancy.', 'Mide una hormona del ciclo y del embarazo.'],
  ),
  testRow(
    '15067-2',
    ['FSH (hormone of the cycle)', 'FSH (hormona del ciclo)'],
    [
      'Measures a hormone by which the brain drives ovaries and testicles.',
      'Mide una hormona con la que el cerebro dirige los ovarios y los testículos.',
    ],
  ),
  testRow(
    '10501-5',
    ['LH (hormone of the cycle)', 'LH (hormona del ciclo)'],
    [
      'Measures a hormone by which the brain drives ovaries and testicles.',
      'Mide una hormona con la que el cerebro dirige los ovarios y los testículos.',
    ],
  ),
  testRow(
    '2842-3',
    ['Prolactin', 'Prolactina'],
    [
      'Measures the hormone that lets the breasts make milk.',
      'Mide la hormona que hace que los senos formen leche.',
    ],
  ),
  testRow(
    '2143-6',
    ['Cortisol', 'Cortisol'],
    [
      'Measures a hormone that the body makes under stress.',
      'Mide una hormona que el cuerpo forma con el estrés.',
    ],
  ),
  testRow(
    '2731-8',
    ['Parathyroid hormone (PTH)', 'Hormona paratiroidea (PTH)'],
    [
      'Measures the hormone that keeps calcium in balance.',
      'Mide la hormona que mantiene el equilibrio del calcio.',
    ],
  ),
  testRow(
    '20448-7',
    ['Insulin', 'Insulina'],
    ['Measures the hormone that lowers blood sugar.', 'Mide la hormona que baja el azúcar en la sangre.'],
  ),
  testRow(
    '1986-9',
    ['C-peptide', 'Péptido C'],
    ['Shows how much insulin the body makes by itself.', 'Muestra cuánta insulina forma el propio cuerpo.'],
  ),
  testRow(
    '21198-7 2118-8',
    ['Pregnancy hormone in the blood (hCG)', 'Hormona del embarazo en la sangre (hCG)'],
    [
      'Looks for the hormone that the body makes in pregnancy.',
      'Busca la hormona que el cuerpo forma en el embarazo.',
    ],
  ),
  testRow(
    '1988-5',
    ['Inflammation (C-reactive protein)', 'Inflamación (proteína C reactiva)'],
    ['Measures a protein that rises with inflammation.', 'Mide una proteína que sube con la inflamación.'],
  ),
  testRow(
    '30522-7',
    ['Inflammation, fine (C-reactive protein)', 'Inflamación, precisa (proteína C reactiva)'],
    [
      'Measures small amounts of a protein that rises with inflammation.',
      'Mide cantidades pequeñas de una proteína que sube con la inflamación.',
    ],
  ),
  testRow(
    '33959-8',
    ['Procalcitonin', 'Procalcitonina'],
    [
      'Measures a substance that rises with infections by bacteria.',
      'Mide una sustancia que sube con las infecciones por bacterias.',
    ],
  ),
  testRow(
    '2857-1',
    ['Prostate marker (PSA)', 'Marcador de la próstata (PSA)'],
    ['Measures a protein that the prostate makes.', 'Mide una proteína que forma la próstata.'],
  ),
  testRow(
    '2039-6',
    ['Marker CEA', 'Marcador CEA'],
    ['Measures a protein that some tumors make.', 'Mide una proteína que forman algunos tumores.'],
  ),
  testRow(
    '10334-1',
    ['Marker CA 125', 'Marcador CA 125'],
    ['Measures a protein that some tumors make.', 'Mide una proteína que forman algunos tumores.'],
  ),
  testRow(
    '24108-3',
    ['Marker CA 19-9', 'Marcador CA 19-9'],
    ['Measures a substance that some tumors make.', 'Mide una sustancia que forman algunos tumores.'],
  ),
  testRow(
    '1834-1',
    ['Marker AFP', 'Marcador AFP'],
    [
      'Measures a protein that unborn children and some tumors make.',
      'Mide una proteína que forman los niños antes de nacer y algunos tumores.',
    ],
  ),
  testRow(
    '11572-5',
    ['Rheumatoid factor', 'Factor reumatoide'],
    [
      'Looks for an antibody against the own antibodies.',
      'Busca un anticuerpo contra los propios anticuerpos.',
    ],
  ),
  testRow(
    '8061-4 5048-4',
    ['Antibodies against cell nuclei (ANA)', 'Anticuerpos contra los núcleos de las células (ANA)'],
    ['Looks for antibodies against the own cells.', 'Busca anticuerpos contra las propias células.'],
  ),
  testRow(
    '31017-7',
    ['Celiac antibodies (tTG)', 'Anticuerpos de la celiaquía (tTG)'],
    [
      'Looks for antibodies that come with celiac disease.',
      'Busca anticuerpos que aparecen con la enfermedad celíaca.',
    ],
  ),
  testRow(
    '2465-3',
    ['Antibodies IgG', 'Anticuerpos IgG'],
    ['Measures the most common kind of antibodies.', 'Mide el tipo más común de anticuerpos.'],
  ),
  testRow(
    '2458-8',
    ['Antibodies IgA', 'Anticuerpos IgA'],
    [
      'Measures the antibodies of nose, mouth and bowel.',
      'Mide los anticuerpos de la nariz, la boca y el intestino.',
    ],
  ),
  testRow(
    '2472-9',
    ['Antibodies IgM', 'Anticuerpos IgM'],
    [
      'Measures the antibodies that come first in an infection.',
      'Mide los anticuerpos que aparecen primero en una infección.',
    ],
  ),
  testRow(
    '19113-0',
    ['Allergy antibodies (IgE)', 'Anticuerpos de alergia (IgE)'],
    [
      'Measures the antibodies that take part in allergies.',
      'Mide los anticuerpos que participan en las alergias.',
    ],
  ),
].flat()
