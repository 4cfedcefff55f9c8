import { testRow } from './test-row.ts'

/** Sugar, salts, kidneys, liver, fats, heart, vitamins. */
export const chemistryTests = [
  testRow(
    '24321-2 51990-0 24320-4',
    ['Basic metabolic panel', 'Panel metabólico básico'],
    [
      'Measures sugar, salts and kidney values in the blood.',
      'Mide el azúcar, las sales y los valores de los riñones en la sangre.',
    ],
  ),
  testRow(
    '24323-8',
    ['Comprehensive metabolic panel', 'Panel metabólico completo'],
    [
      'Measures sugar, salts, kidney values and liver values in the blood.',
      'Mide el azúcar, las sales y los valores de los riñones y del hígado en la sangre.',
    ],
  ),
  testRow(
    '24325-3',
    ['Liver panel', 'Panel del hígado'],
    [
      'Measures several substances that show how the liver works.',
      'Mide varias sustancias que muestran cómo trabaja el hígado.',
    ],
  ),
  testRow(
    '24362-6',
    ['Kidney panel', 'Panel de los riñones'],
    [
      'Measures several substances that show how the kidneys work.',
      'Mide varias sustancias que muestran cómo trabajan los riñones.',
    ],
  ),
  testRow(
    '24326-1',
    ['Salts in the blood (electrolytes)', 'Sales en la sangre (electrolitos)'],
    [
      'Measures sodium, potassium, chloride and carbon dioxide.',
      'Mide el sodio, el potasio, el cloruro y el dióxido de carbono.',
    ],
  ),
  testRow(
    '2345-7 2339-0 2340-8 41653-7',
    ['Blood sugar (glucose)', 'Azúcar en la sangre (glucosa)'],
    [
      'Measures the sugar in the blood at the moment of the test.',
      'Mide el azúcar en la sangre en el momento de la prueba.',
    ],
  ),
  testRow(
    '1558-6',
    ['Blood sugar, fasting (glucose)', 'Azúcar en la sangre en ayunas (glucosa)'],
    [
      'Measures the sugar in the blood after hours without food.',
      'Mide el azúcar en la sangre después de horas sin comer.',
    ],
  ),
  testRow(
    '1521-4 1518-0',
    ['Blood sugar after 2 hours (glucose)', 'Azúcar en la sangre a las 2 horas (glucosa)'],
    [
      'Measures the sugar in the blood two hours after eating or drinking sugar.',
      'Mide el azúcar en la sangre dos horas después de comer o de tomar azúcar.',
    ],
  ),
  testRow(
    '4548-4 17856-6 59261-8',
    ['Blood sugar, long-term (hemoglobin A1c)', 'Azúcar en la sangre a largo plazo (hemoglobina A1c)'],
    [
      'Shows how high the blood sugar was on average over the last two to three months.',
      'Muestra cuánto azúcar hubo en la sangre en promedio durante los últimos dos o tres meses.',
    ],
  ),
  testRow(
    '27353-2',
    ['Average blood sugar, estimated', 'Azúcar promedio en la sangre, estimado'],
    [
      'Estimates the average blood sugar from the hemoglobin A1c.',
      'Estima el azúcar promedio en la sangre a partir de la hemoglobina A1c.',
    ],
  ),
  testRow(
    '3094-0 6299-2',
    ['Urea nitrogen (BUN)', 'Nitrógeno ureico (BUN)'],
    [
      'Measures a waste product that the kidneys remove.',
      'Mide un producto de desecho que eliminan los riñones.',
    ],
  ),
  testRow(
    '2160-0 38483-4',
    ['Creatinine', 'Creatinina'],
    [
      'Measures a waste product of the muscles that the kidneys remove.',
      'Mide un producto de desecho de los músculos que eliminan los riñones.',
    ],
  ),
  testRow(
    '3097-3',
    ['Urea nitrogen compared with creatinine', 'Nitrógeno ureico comparado con la creatinina'],
    [
      'Compares two waste products that the kidneys remove.',
      'Compara dos productos de desecho que eliminan los riñones.',
    ],
  ),
  testRow(
    '33914-3 48642-3 48643-1 62238-1 98979-8 77147-7 69405-9',
    ['Kidney function (eGFR)', 'Función de los riñones (TFGe)'],
    [
      'Estimates how much blood the kidneys clean each minute.',
      'Estima cuánta sangre limpian los riñones por minuto.',
    ],
  ),
  testRow(
    '33863-2',
    ['Cystatin C', 'Cistatina C'],
    ['Measures a protein that the kidneys remove.', 'Mide una proteína que eliminan los riñones.'],
  ),
  testRow(
    '2951-2 2947-0',
    ['Sodium', 'Sodio'],
    [
      'Measures a salt that keeps water in balance in the body.',
      'Mide una sal que mantiene el equilibrio del agua en el cuerpo.',
    ],
  ),
  testRow(
    '2823-3 6298-4',
    ['Potassium', 'Potasio'],
    [
      'Measures a salt that muscles and heart need to work.',
      'Mide una sal que los músculos y el corazón necesitan para trabajar.',
    ],
  ),
  testRow(
    '2075-0 2069-3',
    ['Chloride', 'Cloruro'],
    ['Measures a salt that goes along with sodium.', 'Mide una sal que acompaña al sodio.'],
  ),
  testRow(
    '2028-9 20565-8 1963-8',
    ['Carbon dioxide (bicarbonate)', 'Dióxido de carbono (bicarbonato)'],
    ['Shows how acid the blood is kept.', 'Muestra qué tan ácida se mantiene la sangre.'],
  ),
  testRow(
    '17861-6 49765-1',
    ['Calcium', 'Calcio'],
    [
      'Measures a mineral that bones, nerves and muscles need.',
      'Mide un mineral que necesitan los huesos, los nervios y los músculos.',
    ],
  ),
  testRow(
    '1995-0',
    ['Calcium, free', 'Calcio libre'],
    ['Measures the calcium that is not bound to proteins.', 'Mide el calcio que no está unido a proteínas.'],
  ),
  testRow(
    '33037-3 1863-0',
    ['Anion gap', 'Brecha aniónica'],
    [
      'Computed from several salts; shows whether there is more acid in the blood.',
      'Se calcula con varias sales; muestra si hay más ácido en la sangre.',
    ],
  ),
  testRow(
    '2601-3 19123-9',
    ['Magnesium', 'Magnesio'],
    [
      'Measures a mineral that muscles and nerves need.',
      'Mide un mineral que necesitan los músculos y los nervios.',
    ],
  ),
  testRow(
    '2777-1',
    ['Phosphate', 'Fosfato'],
    ['Measures a mineral that bones need.', 'Mide un mineral que necesitan los huesos.'],
  ),
  testRow(
    '2885-2',
    ['Protein, total', 'Proteínas totales'],
    ['Measures all proteins in the blood.', 'Mide todas las proteínas de la sangre.'],
  ),
  testRow(
    '1751-7',
    ['Albumin', 'Albúmina'],
    [
      'Measures the most common protein of the blood, which the liver makes.',
      'Mide la proteína más común de la sangre, que forma el hígado.',
    ],
  ),
  testRow(
    '10834-0 2336-6',
    ['Globulin', 'Globulina'],
    [
      'Measures a group of proteins, among them antibodies.',
      'Mide un grupo de proteínas, entre ellas los anticuerpos.',
    ],
  ),
  testRow(
    '1759-0',
    ['Albumin compared with globulin', 'Albúmina comparada con globulina'],
    ['Compares two kinds of proteins in the blood.', 'Compara dos tipos de proteínas de la sangre.'],
  ),
  testRow(
    '1975-2 42719-5',
    ['Bilirubin', 'Bilirrubina'],
    [
      'Measures the yellow substance that the liver makes from old red cells.',
      'Mide la sustancia amarilla que el hígado forma con los glóbulos rojos viejos.',
    ],
  ),
  testRow(
    '1968-7',
    ['Bilirubin, direct', 'Bilirrubina directa'],
    [
      'Measures the bilirubin that the liver has already worked on.',
      'Mide la bilirrubina que el hígado ya procesó.',
    ],
  ),
  testRow(
    '1971-1',
    ['Bilirubin, indirect', 'Bilirrubina indirecta'],
    [
      'Measures the bilirubin that the liver has not worked on yet.',
      'Mide la bilirrubina que el hígado todavía no procesó.',
    ],
  ),
  testRow(
    '6768-6',
    ['Alkaline phosphatase (ALP)', 'Fosfatasa alcalina (FA)'],
    ['Measures an enzyme of liver and bones.', 'Mide una enzima del hígado y de los huesos.'],
  ),
  testRow(
    '1742-6',
    ['Liver enzyme ALT', 'Enzima del hígado ALT'],
    [
      'Measures an enzyme that comes from liver cells.',
      'Mide una enzima que viene de las células del hígado.',
    ],
  ),
  testRow(
    '1920-8',
    ['Liver enzyme AST', 'Enzima del hígado AST'],
    [
      'Measures an enzyme that comes from liver and muscles.',
      'Mide una enzima que viene del hígado y de los músculos.',
    ],
  ),
  testRow(
    '2324-2',
    ['Liver enzyme GGT', 'Enzima del hígado GGT'],
    [
      'Measures an enzyme of the liver and of the bile ducts.',
      'Mide una enzima del hígado y de las vías biliares.',
    ],
  ),
  testRow(
    '2532-0 14804-9',
    ['Enzyme LDH', 'Enzima LDH'],
    ['Measures an enzyme that many tissues release.', 'Mide una enzima que liberan muchos tejidos.'],
  ),
  testRow(
    '3084-1',
    ['Uric acid', 'Ácido úrico'],
    [
      'Measures a waste product that can form crystals in the joints.',
      'Mide un producto de desecho que puede formar cristales en las articulaciones.',
    ],
  ),
  testRow(
    '1798-8',
    ['Amylase', 'Amilasa'],
    ['Measures an enzyme of the pancreas and of saliva.', 'Mide una enzima del páncreas y de la saliva.'],
  ),
  testRow(
    '3040-3',
    ['Lipase', 'Lipasa'],
    ['Measures an enzyme of the pancreas.', 'Mide una enzima del páncreas.'],
  ),
  testRow(
    '2157-6',
    ['Muscle enzyme CK', 'Enzima muscular CK'],
    ['Measures an enzyme that comes from muscles.', 'Mide una enzima que viene de los músculos.'],
  ),
  testRow(
    '2524-7',
    ['Lactate', 'Lactato'],
    [
      'Measures an acid that the body makes when it lacks oxygen.',
      'Mide un ácido que el cuerpo forma cuando le falta oxígeno.',
    ],
  ),
  testRow(
    '2692-2',
    ['Osmolality of the blood', 'Osmolalidad de la sangre'],
    ['Measures how concentrated the blood is.', 'Mide qué tan concentrada está la sangre.'],
  ),
  testRow(
    '24331-1 57698-3',
    ['Cholesterol and blood fats', 'Colesterol y grasas en la sangre'],
    ['Measures the fats in the blood.', 'Mide las grasas en la sangre.'],
  ),
  testRow(
    '2093-3 14647-2',
    ['Cholesterol, total', 'Colesterol total'],
    ['Measures all cholesterol in the blood.', 'Mide todo el colesterol de la sangre.'],
  ),
  testRow(
    '2571-8 14927-8',
    ['Triglycerides', 'Triglicéridos'],
    [
      'Measures a fat that the body uses and stores as energy.',
      'Mide una grasa que el cuerpo usa y guarda como energía.',
    ],
  ),
  testRow(
    '2085-9 14646-4',
    ['HDL cholesterol ("good")', 'Colesterol HDL ("bueno")'],
    [
      'Measures the cholesterol that is carried back to the liver.',
      'Mide el colesterol que vuelve al hígado.',
    ],
  ),
  testRow(
    '13457-7 18262-6 2089-1 22748-8',
    ['LDL cholesterol ("bad")', 'Colesterol LDL ("malo")'],
    [
      'Measures the cholesterol that can settle in blood vessels.',
      'Mide el colesterol que puede depositarse en los vasos sanguíneos.',
    ],
  ),
  testRow(
    '43396-1',
    ['Cholesterol without HDL', 'Colesterol sin HDL'],
    ['All cholesterol but the HDL.', 'Todo el colesterol menos el HDL.'],
  ),
  testRow(
    '9830-1',
    ['Cholesterol compared with HDL', 'Colesterol comparado con el HDL'],
    ['Compares all cholesterol with its HDL part.', 'Compara todo el colesterol con su parte HDL.'],
  ),
  testRow(
    '13458-5',
    ['VLDL cholesterol', 'Colesterol VLDL'],
    [
      'Measures the cholesterol that travels with triglycerides.',
      'Mide el colesterol que viaja con los triglicéridos.',
    ],
  ),
  testRow(
    '1884-6',
    ['Apolipoprotein B', 'Apolipoproteína B'],
    [
      'Counts the particles that carry LDL cholesterol.',
      'Cuenta las partículas que llevan el colesterol LDL.',
    ],
  ),
  testRow(
    '10835-7 43583-4',
    ['Lipoprotein(a)', 'Lipoproteína(a)'],
    [
      'Measures a particle of fat that is mostly inherited.',
      'Mide una partícula de grasa que en gran parte se hereda.',
    ],
  ),
  testRow(
    '33762-6',
    ['Strain on the heart (NT-proBNP)', 'Esfuerzo del corazón (NT-proBNP)'],
    [
      'Measures a substance that the heart releases when it is under strain.',
      'Mide una sustancia que el corazón libera cuando está sobrecargado.',
    ],
  ),
  testRow(
    '30934-4 42637-9',
    ['Strain on the heart (BNP)', 'Esfuerzo del corazón (BNP)'],
    [
      'Measures a substance that the heart releases when it is under strain.',
      'Mide una sustancia que el corazón libera cuando está sobrecargado.',
    ],
  ),
  testRow(
    '6598-7 67151-1',
    ['Heart muscle (troponin T)', 'Músculo del corazón (troponina T)'],
    [
      'Measures a protein that comes from damaged heart muscle.',
      'Mide una proteína que viene del músculo dañado del corazón.',
    ],
  ),
  testRow(
    '10839-9 89579-7',
    ['Heart muscle (troponin I)', 'Músculo del corazón (troponina I)'],
    [
      'Measures a protein that comes from damaged heart muscle.',
      'Mide una proteína que viene del músculo dañado del corazón.',
    ],
  ),
  testRow(
    '13965-9',
    ['Homocysteine', 'Homocisteína'],
    [
      'Measures a building block of proteins that needs B vitamins.',
      'Mide un componente de las proteínas que necesita vitaminas B.',
    ],
  ),
  testRow(
    '2132-9',
    ['Vitamin B12', 'Vitamina B12'],
    [
      'Measures a vitamin that blood and nerves need.',
      'Mide una vitamina que necesitan la sangre y los nervios.',
    ],
  ),
  testRow(
    '2284-8',
    ['Folate (vitamin B9)', 'Folato (vitamina B9)'],
    ['Measures a vitamin that new cells need.', 'Mide una vitamina que necesitan las células nuevas.'],
  ),
  testRow(
    '1989-3 62292-8 14635-7',
    ['Vitamin D', 'Vitamina D'],
    ['Measures a vitamin that bones need.', 'Mide una vitamina que necesitan los huesos.'],
  ),
  testRow(
    '5671-3 77307-7 10368-9',
    ['Blood level of lead', 'Plomo en la sangre'],
    ['Measures a metal that does not belong in the blood.', 'Mide un metal que no debe estar en la sangre.'],
  ),
  testRow(
    '14334-7',
    ['Lithium level', 'Nivel de litio'],
    [
      'Measures how much of this medicine is in the blood.',
      'Mide cuánto de este medicamento hay en la sangre.',
    ],
  ),
  testRow(
    '10535-3',
    ['Digoxin level', 'Nivel de digoxina'],
    [
      'Measures how much of this medicine is in the blood.',
      'Mide cuánto de este medicamento hay en la sangre.',
    ],
  ),
  testRow(
    '3968-5',
    ['Phenytoin level', 'Nivel de fenitoína'],
    [
      'Measures how much of this medicine is in the blood.',
      'Mide cuánto de este medicamento hay en la sangre.',
    ],
  ),
  testRow(
    '2744-1',
    ['Acidity of the blood (pH)', 'Acidez de la sangre (pH)'],
    ['Measures how acid the blood of an artery is.', 'Mide qué tan ácida es la sangre de una arteria.'],
  ),
  testRow(
    '2019-8',
    ['Carbon dioxide pressure', 'Presión de dióxido de carbono'],
    [
      'Measures the carbon dioxide in the blood of an artery.',
      'Mide el dióxido de carbono en la sangre de una arteria.',
    ],
  ),
  testRow(
    '2703-7',
    ['Oxygen pressure', 'Presión de oxígeno'],
    ['Measures the oxygen in the blood of an artery.', 'Mide el oxígeno en la sangre de una arteria.'],
  ),
  testRow(
    '1960-4',
    ['Bicarbonate in an artery', 'Bicarbonato en una arteria'],
    ['Shows how acid the blood is kept.', 'Muestra qué tan ácida se mantiene la sangre.'],
  ),
  testRow(
    '55405-5',
    ['Heart failure panel', 'Panel de insuficiencia cardíaca'],
    ['Follows how strongly the heart pumps.', 'Sigue con qué fuerza bombea el corazón.'],
  ),
].flat()
