import { testRow } from './test-row.ts'

/** Cells of the blood, clotting, iron, and blood groups. */
export const bloodTests = [
  testRow(
    '58410-2 57021-8 69742-5 57782-5',
    ['Complete blood count', 'Hemograma completo'],
    [
      'Counts the red cells, the white cells and the platelets in the blood.',
      'Cuenta los glóbulos rojos, los glóbulos blancos y las plaquetas de la sangre.',
    ],
  ),
  testRow(
    '24360-0',
    ['Hemoglobin and hematocrit', 'Hemoglobina y hematocrito'],
    ['Measures how much of the blood carries oxygen.', 'Mide qué parte de la sangre transporta oxígeno.'],
  ),
  testRow(
    '6690-2 26464-8 804-5',
    ['White blood cells', 'Glóbulos blancos'],
    [
      'Counts the cells that defend the body against infections.',
      'Cuenta las células que defienden al cuerpo de las infecciones.',
    ],
  ),
  testRow(
    '789-8 26453-1',
    ['Red blood cells', 'Glóbulos rojos'],
    [
      'Counts the cells that carry oxygen through the body.',
      'Cuenta las células que llevan el oxígeno por el cuerpo.',
    ],
  ),
  testRow(
    '718-7 59260-0',
    ['Hemoglobin', 'Hemoglobina'],
    [
      'Measures the red substance of the blood that carries oxygen.',
      'Mide la sustancia roja de la sangre que transporta el oxígeno.',
    ],
  ),
  testRow(
    '4544-3 20570-8',
    ['Hematocrit (share of red cells)', 'Hematocrito (parte de glóbulos rojos)'],
    ['Measures how much of the blood is red cells.', 'Mide qué parte de la sangre son glóbulos rojos.'],
  ),
  testRow(
    '787-2 30428-7',
    ['Size of red blood cells (MCV)', 'Tamaño de los glóbulos rojos (VCM)'],
    [
      'Measures how large the red blood cells are on average.',
      'Mide el tamaño promedio de los glóbulos rojos.',
    ],
  ),
  testRow(
    '785-6 28539-5',
    ['Hemoglobin in each red cell (MCH)', 'Hemoglobina de cada glóbulo rojo (HCM)'],
    [
      'Measures how much hemoglobin a red cell holds on average.',
      'Mide cuánta hemoglobina contiene en promedio un glóbulo rojo.',
    ],
  ),
  testRow(
    '786-4 28540-3',
    [
      'Concentration of hemoglobin in red cells (MCHC)',
      'Concentración de hemoglobina en los glóbulos rojos (CHCM)',
    ],
    [
      'Measures how densely the red cells are filled with hemoglobin.',
      'Mide qué tan llenos de hemoglobina están los glóbulos rojos.',
    ],
  ),
  testRow(
    '788-0 21000-5 30385-9 30384-2',
    ['Variation in size of red cells (RDW)', 'Variación del tamaño de los glóbulos rojos (ADE)'],
    ['Shows how much the red cells differ in size.', 'Muestra cuánto varía el tamaño de los glóbulos rojos.'],
  ),
  testRow(
    '777-3 26515-7',
    ['Platelets', 'Plaquetas'],
    [
      'Counts the tiny cells that help the blood to clot.',
      'Cuenta las células pequeñas que ayudan a coagular la sangre.',
    ],
  ),
  testRow(
    '32623-1 28542-9',
    ['Size of platelets (MPV)', 'Tamaño de las plaquetas (VPM)'],
    ['Measures how large the platelets are on average.', 'Mide el tamaño promedio de las plaquetas.'],
  ),
  testRow(
    '32207-3',
    ['Variation in size of platelets (PDW)', 'Variación del tamaño de las plaquetas (PDW)'],
    ['Shows how much the platelets differ in size.', 'Muestra cuánto varía el tamaño de las plaquetas.'],
  ),
  testRow(
    '770-8 26511-6',
    ['Neutrophils, share', 'Neutrófilos, porcentaje'],
    [
      'The share of white cells that mainly fight bacteria.',
      'El porcentaje de glóbulos blancos que combaten sobre todo bacterias.',
    ],
  ),
  testRow(
    '751-8 26499-4',
    ['Neutrophils', 'Neutrófilos'],
    [
      'Counts the white cells that mainly fight bacteria.',
      'Cuenta los glóbulos blancos que combaten sobre todo bacterias.',
    ],
  ),
  testRow(
    '736-9 26478-8',
    ['Lymphocytes, share', 'Linfocitos, porcentaje'],
    [
      'The share of white cells that mainly fight viruses and make antibodies.',
      'El porcentaje de glóbulos blancos que combaten sobre todo virus y forman anticuerpos.',
    ],
  ),
  testRow(
    '731-0 26474-7',
    ['Lymphocytes', 'Linfocitos'],
    [
      'Counts the white cells that mainly fight viruses and make antibodies.',
      'Cuenta los glóbulos blancos que combaten sobre todo virus y forman anticuerpos.',
    ],
  ),
  testRow(
    '5905-5 26485-3',
    ['Monocytes, share', 'Monocitos, porcentaje'],
    [
      'The share of white cells that clear away germs and dead cells.',
      'El porcentaje de glóbulos blancos que eliminan gérmenes y células muertas.',
    ],
  ),
  testRow(
    '742-7 26484-6',
    ['Monocytes', 'Monocitos'],
    [
      'Counts the white cells that clear away germs and dead cells.',
      'Cuenta los glóbulos blancos que eliminan gérmenes y células muertas.',
    ],
  ),
  testRow(
    '713-8 26450-7',
    ['Eosinophils, share', 'Eosinófilos, porcentaje'],
    [
      'The share of white cells that take part in allergies.',
      'El porcentaje de glóbulos blancos que participan en las alergias.',
    ],
  ),
  testRow(
    '711-2 26449-9',
    ['Eosinophils', 'Eosinófilos'],
    [
      'Counts the white cells that take part in allergies.',
      'Cuenta los glóbulos blancos que participan en las alergias.',
    ],
  ),
  testRow(
    '706-2 30180-4',
    ['Basophils, share', 'Basófilos, porcentaje'],
    ['The share of the rarest kind of white cells.', 'El porcentaje del tipo más raro de glóbulos blancos.'],
  ),
  testRow(
    '704-7 26444-0',
    ['Basophils', 'Basófilos'],
    ['Counts the rarest kind of white cells.', 'Cuenta el tipo más raro de glóbulos blancos.'],
  ),
  testRow(
    '17849-1 4679-7 14196-0',
    ['Young red blood cells (reticulocytes)', 'Glóbulos rojos jóvenes (reticulocitos)'],
    [
      'Measures how many new red cells the body makes.',
      'Mide cuántos glóbulos rojos nuevos forma el cuerpo.',
    ],
  ),
  testRow(
    '4537-7 30341-2',
    ['Sedimentation rate (ESR)', 'Velocidad de sedimentación (VSG)'],
    [
      'Measures how fast red cells sink in a tube; inflammation makes it faster.',
      'Mide qué tan rápido bajan los glóbulos rojos en un tubo; la inflamación la acelera.',
    ],
  ),
  testRow(
    '5902-2',
    ['Clotting time (prothrombin time)', 'Tiempo de coagulación (protrombina)'],
    [
      'Measures how many seconds the blood takes to clot.',
      'Mide cuántos segundos tarda la sangre en coagular.',
    ],
  ),
  testRow(
    '6301-6 34714-6',
    ['Blood clotting (INR)', 'Coagulación de la sangre (INR)'],
    [
      'Compares the clotting time with the usual one, in the same way in every laboratory.',
      'Compara el tiempo de coagulación con el habitual, igual en todos los laboratorios.',
    ],
  ),
  testRow(
    '3173-2 14979-9',
    ['Partial clotting time (aPTT)', 'Tiempo parcial de coagulación (TTPa)'],
    [
      'Measures how many seconds another part of clotting takes.',
      'Mide cuántos segundos tarda otra parte de la coagulación.',
    ],
  ),
  testRow(
    '3255-7',
    ['Fibrinogen', 'Fibrinógeno'],
    [
      'Measures a protein from which blood clots are made.',
      'Mide una proteína con la que se forman los coágulos.',
    ],
  ),
  testRow(
    '48065-7 48066-5',
    ['D-dimer', 'Dímero D'],
    [
      'Measures what is left over when the body dissolves a blood clot.',
      'Mide lo que queda cuando el cuerpo disuelve un coágulo.',
    ],
  ),
  testRow(
    '2498-4',
    ['Iron', 'Hierro'],
    ['Measures the iron that is on its way in the blood.', 'Mide el hierro que circula en la sangre.'],
  ),
  testRow(
    '2276-4',
    ['Iron stores (ferritin)', 'Reservas de hierro (ferritina)'],
    [
      'Measures the protein that stores iron in the body.',
      'Mide la proteína que guarda el hierro en el cuerpo.',
    ],
  ),
  testRow(
    '2500-7',
    ['Iron-binding capacity (TIBC)', 'Capacidad de fijación del hierro (TIBC)'],
    ['Measures how much iron the blood could carry.', 'Mide cuánto hierro podría transportar la sangre.'],
  ),
  testRow(
    '2502-3',
    ['Iron saturation', 'Saturación de hierro'],
    [
      'Shows how much of the carrying capacity for iron is in use.',
      'Muestra qué parte de la capacidad para transportar hierro está en uso.',
    ],
  ),
  testRow(
    '3034-6',
    ['Transferrin', 'Transferrina'],
    [
      'Measures the protein that carries iron in the blood.',
      'Mide la proteína que transporta el hierro en la sangre.',
    ],
  ),
  testRow(
    '882-1',
    ['Blood type (ABO and Rh)', 'Grupo sanguíneo (ABO y Rh)'],
    ['Shows which blood group you have.', 'Muestra qué grupo sanguíneo tiene.'],
  ),
  testRow(
    '883-9',
    ['Blood type (ABO)', 'Grupo sanguíneo (ABO)'],
    ['Shows whether the blood group is A, B, AB or O.', 'Muestra si el grupo sanguíneo es A, B, AB u O.'],
  ),
  testRow(
    '10331-7',
    ['Rh factor', 'Factor Rh'],
    [
      'Shows whether the blood group is positive or negative.',
      'Muestra si el grupo sanguíneo es positivo o negativo.',
    ],
  ),
  testRow(
    '890-4',
    ['Antibody screen of the blood', 'Búsqueda de anticuerpos en la sangre'],
    [
      'Looks for antibodies against the blood of others.',
      'Busca anticuerpos contra la sangre de otras personas.',
    ],
  ),
].flat()
